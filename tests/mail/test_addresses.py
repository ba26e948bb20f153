"""Which addresses are taken wherever people type them."""

from html import unescape

import pytest
from django.core.exceptions import ValidationError

from mail.addresses import mailbox, reader_key, validate_mailbox
from mail.forms import MailboxField
from members.joining.models import JoinRequest
from tests.factories import JoinRequestFactory, SpaceFactory
from tests.members.joining.form import send

NOT_TO_BE_REACHED = [
    *("root@localhost", "root@LOCALHOST", "root@mail", "x@[127.0.0.1]", "x@[192.0.2.1]", "x@[IPv6:::1]", "x@127.0.0.1"),
    *("x@10.0.0.10", "x@2130706433", "x@a.localhost", "x@localhost.localdomain", "x@printer.local", "x@db.internal"),
    *("x@a.ｌocal", "x@router.home.arpa", "x@ｌｏｃａｌｈｏｓｔ", "x@a", "x@.no"),
    *(f"x@{'å' * 63}.no", '"a,b"@example.org'),
    *("m\u0131ke@example.org", "ma\u017fke@example.org"),  # which PostgreSQL and Python take for i and s
]


@pytest.mark.parametrize("address", NOT_TO_BE_REACHED)
def test_addresses_that_nobody_else_can_reach_are_refused(address):
    with pytest.raises(ValidationError):
        validate_mailbox(address)
    with pytest.raises(ValidationError):
        MailboxField().clean(address)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Kari.N+x@Example.ORG", "Kari.N+x@example.org"),
        ("post@blåbær.example", "post@blåbær.example"),
        ("post@BLÅBÆR.example", "post@blåbær.example"),
        ("post@xn--blbr-roah.example", "post@blåbær.example"),
        ("post@xn--fa-hia.example", "post@xn--fa-hia.example"),  # only newer rules than ours can read it
        ("post@localhost.example", "post@localhost.example"),
        (" post@mylocal.no ", "post@mylocal.no"),
        ("", ""),
    ],
)
def test_addresses_are_kept_as_people_read_them(typed, kept):
    assert MailboxField(required=False).clean(typed) == kept


def test_mailboxes_of_one_person_count_as_one():
    written = ["kari.n@gmail.com", "karin@googlemail.com", "KariN+liste@GoogleMail.com", "k.a.r.i.n@gmail.com"]
    assert {mailbox(address) for address in written} == {"karin@gmail.com"}
    written = ["a.b@example.org", "AB@Example.org", "a.b+tag@example.org", " ab@example.org "]
    assert {mailbox(address) for address in written} == {"ab@example.org"}
    assert mailbox("karin@gmail.example") == "karin@gmail.example"
    assert mailbox("post@blåbær.example") == mailbox("post@xn--blbr-roah.example")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["root@localhost", "x@[127.0.0.1]", "x@mail"])
def test_join_form_says_so_by_the_field(client, address):
    page = unescape(send(client, contact_email=address, message="Behold dette").content.decode())
    assert 'id="id_contact_email_error"' in page
    assert address in page
    assert "Behold dette" in page
    assert not JoinRequest.objects.exists()


@pytest.mark.django_db
def test_admin_says_so_by_the_field(coordinator_client):
    space = SpaceFactory()
    for page in (
        f"/admin/spaces/space/{space.pk}/change/",
        f"/admin/members/organisation/{space.organisation_id}/change/",
    ):
        response = coordinator_client.post(page, {"email": "root@localhost"})
        assert "email" in response.context["adminform"].form.errors


@pytest.mark.django_db
@pytest.mark.parametrize("stored", ["post@blåbær.example", "post@xn--blbr-roah.example", "Post@Blåbær.example"])
@pytest.mark.parametrize("typed", ["post@blåbær.example", "POST@BLÅBÆR.example", "post@xn--blbr-roah.example"])
def test_address_is_found_however_it_is_spelled(stored, typed):
    request = JoinRequestFactory(contact_email=stored)
    assert JoinRequest.objects.of(typed).get() == request


@pytest.mark.django_db
def test_domains_that_only_look_alike_are_different_addresses(client):
    stranger = "post@\u0131nne.example"  # to PostgreSQL, which compares capitals, the same as with an i
    theirs = JoinRequestFactory(contact_email="post@inne.example")
    other = JoinRequestFactory(contact_email=stranger)
    assert JoinRequest.objects.of("post@inne.example").get() == theirs
    assert JoinRequest.objects.of(stranger).get() == other
    client.post("/en/join/link/", {"email": "POST@INNE.example"})
    assert not other.mails.exists()
    assert theirs.mails.get().to == ["post@inne.example"]


def test_addresses_of_which_one_person_is_sure_to_read_both():
    assert reader_key("Kari.N@GoogleMail.com") == reader_key(" karin@gmail.com") == "karin@gmail.com"
    assert reader_key("kari.n@proton.me") == reader_key("karin@proton.me")
    assert reader_key("Post@blåbær.example") == reader_key("post@xn--blbr-roah.example")
    different = ["ab@example.org", "a.b@example.org", "ab+c@example.org", "ab@example.com"]
    assert len(set(map(reader_key, different))) == 4
