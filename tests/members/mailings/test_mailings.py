"""A coordinator writes to many at once: each mailbox once, one sending however often it is pressed, and in batches."""

import re
from functools import partial

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone
from post_office.models import STATUS, Email

from core.versions import version_of
from mail import outbox_sources
from members.mailings.models import Mailing, MailingRecipient
from members.models import ContactPerson, Organisation
from tests.at_once import at_once
from tests.client import StaffClient
from tests.factories import CoordinatorFactory, OrganisationFactory, PhotoFactory, SpaceFactory

pytestmark = pytest.mark.django_db

ADD = reverse("admin:mailings_mailing_add")
LIST = reverse("admin:mailings_mailing_changelist")
MAIL = {"subject": "Samling i vår", "text": "Hei!\n\nSe https://example.org/samling\nHilsen Berit"}


@pytest.fixture
def berit(settings):
    settings.CONTACT_EMAIL = "post@example.org"
    return CoordinatorFactory(first_name="Berit", email="berit@example.org")


@pytest.fixture
def desk(client, berit):
    client.force_login(berit)
    return client


@pytest.fixture
def network():
    """Members in Oslo and Bergen, of whom one has two persons, one its own address alone, and one nothing."""
    alfa = OrganisationFactory(name="Alfa", email="post@alfa.example")
    SpaceFactory(organisation=alfa, county="03", precision="exact", opening_hours="24/7", email="a@alfa.example")
    PhotoFactory(space=alfa.spaces.get())
    for name, email in {"Kari": "kari@alfa.example", "Ola": "OLA@felles.example", "Uten": ""}.items():
        alfa.contact_persons.create(name=name, email=email, phone="+4791234567")
    beta = OrganisationFactory(name="Beta", email="post@beta.example")
    SpaceFactory(organisation=beta, county="46", opening_hours="24/7")
    gamma = OrganisationFactory(name="Gamma")
    SpaceFactory(organisation=gamma, county="46")
    delta = OrganisationFactory(name="Delta")
    delta.contact_persons.create(name="Ola igjen", email="ola@felles.example")
    soon = OrganisationFactory(name="Snart", prospect=True, email="post@snart.example")
    SpaceFactory(organisation=soon, county="03", coming=True)
    OrganisationFactory(name="Borte", former=True, email="post@borte.example")


def press(client, verb, **data):
    return client.post(reverse(f"admin:mailings_mailing_{verb}", args=[Mailing.objects.get().pk]), data)


def preview(client):
    return client.get(reverse("admin:mailings_mailing_preview", args=[Mailing.objects.get().pk])).content.decode()


def seen(page):
    return re.search('name="seen" value="(.+?)"', page)[1]


def test_audience_is_each_mailbox_once(network):
    everybody = ["OLA@felles.example", "kari@alfa.example", "post@beta.example"]
    expected = {
        (): everybody,
        ("with_upcoming",): [*everybody, "post@snart.example"],
        ("county", "46"): ["post@beta.example"],
        ("county", "03"): everybody[:2],
        ("gap", "any"): ["post@beta.example"],
        ("gap", "without_opening_hours"): [],
        ("county", "03", "gap", "without_photo"): [],
        ("county", "46", "gap", "without_photo"): ["post@beta.example"],
    }
    for wish, addresses in expected.items():
        wish = {"with_upcoming": True} if len(wish) == 1 else dict(zip(wish[::2], wish[1::2], strict=True))
        audience = Mailing(**wish).audience()
        assert sorted(each.address for each in audience.addressees) == addresses, wish
        assert ("Gamma" in audience.unreachable) == (wish.get("county") != "03"), wish


@pytest.mark.django_db(transaction=True)
def test_mail_is_written_looked_over_tried_and_sent_once(desk, berit, network):
    written = desk.post(ADD, MAIL)
    assert written["Location"] == reverse("admin:mailings_mailing_preview", args=[Mailing.objects.get().pk])
    page = preview(desk)
    for shown in (
        "Send til 3 mottakere",
        "kari@alfa.example",
        "post@beta.example",
        "Gamma",
        "Svar går til post@example.org",
    ):
        assert shown in page, shown
    press(desk, "trial")
    trial = Email.objects.get()
    assert (trial.to, trial.subject) == (["berit@example.org"], "Samling i vår")
    for _click in range(2):
        assert press(desk, "send", seen=seen(page)).status_code == 302
    mailing = Mailing.objects.get()
    assert (mailing.state, mailing.recipient_count, mailing.written_by, mailing.sent_by) == ("sending", 3, berit, berit)
    call_command("send_mail")
    assert Mailing.objects.get().state == "sent"
    assert not MailingRecipient.objects.exists()
    mails = {email.to[0]: email for email in Email.objects.exclude(pk=trial.pk)}
    assert sorted(mails) == ["OLA@felles.example", "kari@alfa.example", "post@beta.example"]
    assert {email.status for email in mails.values()} == {STATUS.sent}
    assert "Berit" in desk.get(LIST).content.decode()
    change = reverse("admin:mailings_mailing_change", args=[mailing.pk])
    assert "Hilsen Berit" in desk.get(change).content.decode()
    assert desk.post(change, MAIL).status_code == 409
    assert desk.post(change.replace("change", "delete"), {"post": "yes"})["Location"] == change
    assert Mailing.objects.get().subject == "Samling i vår"


def test_what_was_not_seen_is_not_sent(desk, network):
    """Another coordinator changes the text, or a person comes or goes, between the look and the button."""
    desk.post(ADD, MAIL)
    change = reverse("admin:mailings_mailing_change", args=[Mailing.objects.get().pk])
    for alter in (
        lambda: ContactPerson.objects.filter(name="Kari").delete(),
        lambda: desk.post(change, MAIL | {"text": "Nytt", "version": version_of(Mailing.objects.get())}),
        lambda: (ContactPerson.objects.all().delete(), Organisation.objects.update(email="")),
    ):
        before = seen(preview(desk))
        alter()
        assert press(desk, "send", seen=before)["Location"].endswith("/preview/")
    assert "Ingen passer" in preview(desk)
    assert press(desk, "send")["Location"].endswith("/preview/")
    assert (Mailing.objects.get().text, Mailing.objects.get().state) == ("Nytt", "draft")
    assert not MailingRecipient.objects.exists()


def test_draft_that_was_deleted_meanwhile_is_not_sent_and_it_is_said_who_did_that(desk, network):
    desk.post(ADD, MAIL)
    address = reverse("admin:mailings_mailing_send", args=[Mailing.objects.get().pk])
    desk.post(address.replace("send", "delete"), {"post": "yes"})
    assert "Berit slettet dette" in desk.post(address, follow=True).content.decode()
    assert not Email.objects.exists()


def test_refused_draft_keeps_what_was_typed(desk):
    page = desk.post(ADD, MAIL | {"subject": "", "county": "99"}).content.decode()
    assert "Hilsen Berit" in page
    assert page.count('class="errorlist"') == 2
    assert not Mailing.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_send_once_and_two_workers_queue_once(desk, berit):
    for number in range(150):
        OrganisationFactory(email=f"post-{number}@example.org")
    mailing = Mailing.objects.create(subject="Hei", text="Hei", written_by=berit)
    clients, mark = [StaffClient(), StaffClient()], mailing.fingerprint(mailing.audience())
    for client in clients:
        client.force_login(CoordinatorFactory())
    address = reverse("admin:mailings_mailing_send", args=[mailing.pk])
    at_once(*(partial(client.post, address, {"seen": mark}) for client in clients))
    assert MailingRecipient.objects.count() == 150
    while any(at_once(outbox_sources.refill, outbox_sources.refill)):
        pass
    assert Email.objects.count() == 150
    assert len({email.to[0] for email in Email.objects.all()}) == 150
    assert Mailing.objects.get().state == "sent"


def test_draft_that_was_sent_since_it_was_looked_at_is_not_deleted(network, berit, rf):
    draft = Mailing.objects.create(subject="Hei", text="En tekst.")
    draft.send(by=berit, seen=draft.fingerprint(draft.audience()))
    with pytest.raises(PermissionDenied):
        admin.site.get_model_admin(Mailing).delete_model(rf.post("/"), draft)
    assert MailingRecipient.objects.exists()


def test_thousands_make_no_slow_request_and_keep_no_other_mail_waiting(desk, django_assert_max_num_queries):
    Organisation.objects.bulk_create(
        OrganisationFactory.build(slug=f"o-{number}", email=f"post-{number}@example.org") for number in range(3000)
    )
    mailing = Mailing.objects.create(subject="Hei", text="Hei")
    with django_assert_max_num_queries(12):
        page = preview(desk)
    assert page.count("post-") == 200
    with django_assert_max_num_queries(40):
        press(desk, "send", seen=seen(page))
    assert outbox_sources.refill() == Email.objects.count() == 100
    assert MailingRecipient.objects.filter(mailing=mailing).count() == 2900


def test_backup_that_was_restored_sends_nothing_to_many_by_itself(network, berit):
    mailing = Mailing.objects.create(subject="Hei", text="Hei")
    mailing.send(by=berit, seen=mailing.fingerprint(mailing.audience()))
    call_command("after_restore")
    assert {email.status for email in Email.objects.all()} == {STATUS.failed}
    assert Email.objects.count() == 3


def test_trial_needs_an_address_and_ends(desk, berit, network):
    Mailing.objects.create(subject="Hei", text="Hei")
    for _trial in range(11):
        press(desk, "trial")
    assert Email.objects.count() == 10
    berit.email = ""
    berit.save()
    press(desk, "trial")
    assert "«Min e-post»" in preview(desk)


def test_constraints(network):
    with pytest.raises(IntegrityError, match="mailing_sent_at_unless_draft"):
        Mailing.objects.create(subject="Hei", text="Hei", sent_at=timezone.now())
