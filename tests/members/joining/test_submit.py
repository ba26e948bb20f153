import re
from functools import partial
from uuid import uuid4

import pytest
from post_office.models import Email

from members.joining.models import JoinRequest, TooLate
from tests.at_once import at_once
from tests.factories import JoinRequestFactory
from tests.mail.test_emails import body

VALUES = {
    "name": "Loftet",
    "place": "Et hus",
    "community": "Et fellesskap",
    "facilitation": "En vert",
    "contact_name": "Kari",
    "contact_email": "kari@example.org",
}
SPACES = [{"name": "Loftet", "town": "Oslo"}, {"name": "Kaia", "town": "Bergen"}]


def submit(submission, **values):
    return JoinRequest.objects.submit(submission, VALUES | values, SPACES)


def recipients():
    return [email.to for email in Email.objects.order_by("pk")]


@pytest.mark.django_db
def test_submit_makes_a_request_and_a_mail():
    request, mailed = submit(uuid4())
    assert mailed
    assert (request.state, request.contact_name, request.events.count()) == ("unconfirmed", "Kari", 0)
    assert [space.name for space in request.spaces.all()] == ["Loftet", "Kaia"]
    assert request.mails.get().to == ["kari@example.org"]


@pytest.mark.django_db
def test_submit_twice_is_one_request_and_one_mail():
    key = uuid4()
    first, _mailed = submit(key)
    token = first.confirm_token
    again, mailed = submit(key, name="Kaia")
    assert (again, again.name, mailed) == (first, "Kaia", False)
    assert JoinRequest.objects.with_token(JoinRequest.Purpose.CONFIRM, token) == first
    assert again.spaces.count() == 2
    assert recipients() == [["kari@example.org"]]


@pytest.mark.django_db
def test_submit_again_to_another_address_mails_it_and_ends_the_old_links():
    key = uuid4()
    first, _mailed = submit(key)
    tokens = {purpose: first.token(purpose) for purpose in JoinRequest.Purpose}
    again, mailed = submit(key, contact_email="ola@example.org")
    assert mailed
    assert (again, again.contact_email) == (first, "ola@example.org")
    assert recipients() == [["kari@example.org"], ["ola@example.org"]]
    for purpose, token in tokens.items():
        assert JoinRequest.objects.with_token(purpose, token) is None
        assert JoinRequest.objects.with_token(purpose, again.token(purpose)) == again


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state for state in JoinRequest.State if state != "unconfirmed"])
def test_submit_again_after_it_was_confirmed_changes_nothing(state):
    before = JoinRequestFactory(state=state, meets_all=True)
    with pytest.raises(TooLate):
        submit(before.submission)
    stored = JoinRequest.objects.get()
    assert (stored.name, stored.contact_email, stored.page_nonce) == (
        before.name,
        before.contact_email,
        before.page_nonce,
    )
    assert not stored.spaces.exists()
    assert not Email.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_submits_at_once_are_one_request_and_one_mail():
    key = uuid4()
    answers = at_once(*[lambda: submit(key)] * 20)
    assert len({request.pk for request, _mailed in answers}) == 1
    assert [mailed for _request, mailed in answers].count(True) == 1
    assert JoinRequest.objects.get().spaces.count() == 2
    assert recipients() == [["kari@example.org"]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", range(5))
def test_submits_at_once_to_two_addresses_leave_the_last_one_a_link_that_works(number):
    key = uuid4()
    submit(key)
    at_once(*[partial(submit, key, contact_email=address) for address in ["ola@example.org", "kari@example.org"] * 4])
    request = JoinRequest.objects.get()
    mail = request.mails.order_by("pk").last()
    token = re.search(r"/bli-med/\S*?([^/\s]+)/\s", body(mail))[1]
    assert mail.to == [request.contact_email]
    assert JoinRequest.objects.with_token(JoinRequest.Purpose.CONFIRM, token) == request
