from datetime import datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.utils import timezone
from post_office.models import STATUS, Email

from core.models import RateLimit
from mail import outbox
from members.joining.limits import mail_allowed
from members.joining.management.commands import erase_expired
from members.joining.models import JoinRequest, MailPreference
from tests.at_once import at_once
from tests.factories import CoordinatorFactory, JoinRequestFactory, OrganisationFactory
from tests.mail.test_emails import body

pytestmark = pytest.mark.django_db

State = JoinRequest.State
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 11, 20, 12), tick=False) as clock:
        yield clock


@pytest.fixture
def run(capsys):
    """Run a command; return what it printed."""

    def running(*arguments):
        capsys.readouterr()
        call_command(*arguments)
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out

    return running


@pytest.fixture
def daily():
    coordinator = CoordinatorFactory(email="berit@example.org")
    MailPreference.objects.create(user=coordinator, timing="digest", digested_until=days_ago(1))
    return coordinator


def days_ago(days):
    return timezone.now() - timedelta(days=days)


def mail(status, days):
    """Make a mail in the outbox that nothing was done with for so long."""
    email = outbox.put(EmailMessage("Hei", "Hei", to=["a@example.org"]))
    Email.objects.filter(pk=email.pk).update(status=status, last_updated=days_ago(days))
    return email


def recipients():
    return sorted(email.to[0] for email in Email.objects.all())


def test_remind_reminds_once(run):
    late = JoinRequestFactory(waits_since=days_ago(3))
    JoinRequestFactory(waits_since=days_ago(2))
    assert run("remind") == "1 reminded to confirm, 0 digests, 0 overdue requests told of\n"
    assert run("remind") == "0 reminded to confirm, 0 digests, 0 overdue requests told of\n"
    assert recipients() == [late.contact_email]
    assert "/bli-med/" in body(late.mails.get())


def test_remind_waits_a_day_where_the_mailbox_has_had_enough(run, clock):
    late = JoinRequestFactory(waits_since=days_ago(3))
    assert [mail_allowed("reminder", late.contact_email) for _ in range(4)] == [True, True, True, False]
    assert run("remind").startswith("0 reminded")
    clock.shift(timedelta(hours=24, minutes=1))
    assert run("remind").startswith("1 reminded")


def test_digest_tells_what_is_new_and_what_was_answered_once(run, clock, daily):
    new, answered = JoinRequestFactory(), JoinRequestFactory(state=State.WAITING)
    new.confirm()
    answered.answer("Vi.")
    Email.objects.all().delete()
    clock.shift(HOUR)
    assert run("remind") == "0 reminded to confirm, 1 digests, 0 overdue requests told of\n"
    digest = Email.objects.get()
    assert digest.to == [daily.email]
    assert [request.mails.get() for request in (new, answered)] == [digest, digest]
    assert digest.message.index(new.name) < digest.message.index(answered.name)
    clock.shift(HOUR)
    run("remind")
    assert recipients() == [daily.email]


def test_digest_tells_of_a_request_once_whatever_happened_to_it(run, clock, daily):
    new, old = JoinRequestFactory(), JoinRequestFactory(state=State.RECEIVED)
    new.confirm()
    for request in (new, old, old):
        request.ask("Hvem?", by=daily)
        request.answer("Vi.")
    clock.shift(HOUR)
    run("remind")
    text = Email.objects.get(to=daily.email).message
    assert [text.count(request.name) for request in (new, old)] == [1, 1]


def test_digest_leaves_out_what_waits_for_no_coordinator_any_more(run, clock, daily):
    asked, declined = JoinRequestFactory(), JoinRequestFactory()
    for request in (asked, declined):
        request.confirm()
    asked.ask("Hvem?", by=daily)
    declined.decline("Nei", by=daily)
    clock.shift(HOUR)
    run("remind")
    assert daily.email not in recipients()


def test_digest_leaves_out_what_happened_before_the_last_one(run, clock, daily):
    old = JoinRequestFactory()
    old.confirm()
    clock.shift(HOUR)
    run("remind")
    new = JoinRequestFactory()
    new.confirm()
    clock.shift(HOUR)
    run("remind")
    last = Email.objects.filter(to=daily.email).order_by("pk").last()
    assert new.name in last.message
    assert old.name not in last.message


def test_digest_leaves_what_may_still_be_under_way_to_the_next(run, clock, daily):
    JoinRequestFactory().confirm()
    clock.shift(timedelta(seconds=59))
    run("remind")
    assert daily.email not in recipients()
    clock.shift(timedelta(seconds=1))
    run("remind")
    assert recipients().count(daily.email) == 1


def test_digest_goes_to_each_who_wants_one_and_to_no_other(run, clock, daily):
    other = CoordinatorFactory(email="siri@example.org")
    MailPreference.objects.create(user=other, timing="digest", digested_until=days_ago(1))
    gone = CoordinatorFactory(email="gone@example.org", is_active=False)
    MailPreference.objects.create(user=gone, timing="digest", digested_until=days_ago(1))
    JoinRequestFactory().confirm()
    Email.objects.all().delete()
    CoordinatorFactory(email="at-once@example.org")
    clock.shift(HOUR)
    run("remind")
    assert recipients() == ["berit@example.org", "siri@example.org"]


def test_overdue_is_told_once_to_all_who_can_be_reached(run):
    for name in ("a", "b"):
        CoordinatorFactory(email=f"{name}@example.org")
    request = JoinRequestFactory(state=State.IN_REVIEW, waits_since=days_ago(5), reviewer=CoordinatorFactory())
    assert run("remind") == "0 reminded to confirm, 0 digests, 1 overdue requests told of\n"
    run("remind")
    assert recipients() == ["a@example.org", "b@example.org"]
    assert request.mails.count() == 2


def test_overdue_is_told_to_the_reviewer_alone(run):
    CoordinatorFactory(email="a@example.org")
    reviewer = CoordinatorFactory(email="b@example.org")
    JoinRequestFactory(state=State.IN_REVIEW, waits_since=days_ago(5), reviewer=reviewer)
    run("remind")
    assert recipients() == ["b@example.org"]


def test_overdue_is_told_later_where_nobody_can_be_reached_yet(run):
    JoinRequestFactory(state=State.RECEIVED, waits_since=days_ago(5))
    assert "0 overdue" in run("remind")
    CoordinatorFactory(email="a@example.org")
    assert "1 overdue" in run("remind")


def test_overdue_is_told_again_after_a_new_wait(run, clock, daily):
    request = JoinRequestFactory(state=State.RECEIVED, waits_since=days_ago(5))
    run("remind")
    request.start_review(by=CoordinatorFactory())
    clock.shift(timedelta(days=5))
    assert "1 overdue" in run("remind")


@pytest.mark.django_db(transaction=True)
def test_remind_by_four_at_once_sends_each_mail_once(clock, daily):
    new = JoinRequestFactory()
    new.confirm()
    Email.objects.all().delete()
    late, overdue = JoinRequestFactory(), JoinRequestFactory(state=State.IN_REVIEW, reviewer=daily)
    clock.shift(timedelta(days=5))
    new.start_review(by=CoordinatorFactory())
    Email.objects.all().delete()
    at_once(*[partial(call_command, "remind")] * 4)
    assert recipients() == sorted([late.contact_email, daily.email, daily.email])
    assert [request.mails.count() for request in (new, late, overdue)] == [1, 1, 1]


def expire():
    """Erase one of each kind that expires; return their lines."""
    left = OrganisationFactory(status="former", left_on=timezone.localdate() - timedelta(days=180))
    requests = [
        JoinRequestFactory(waits_since=days_ago(7)),
        JoinRequestFactory(state=State.DECLINED, waits_since=days_ago(180)),
        JoinRequestFactory(state=State.WITHDRAWN, waits_since=days_ago(180)),
        JoinRequestFactory(state=State.APPROVED, waits_since=days_ago(181), member=left),
    ]
    requests[1].spaces.create(name="Loftet", town="Oslo")
    requests[1].events.create(kind="declined")
    requests[1].mails.add(mail(STATUS.sent, 1))
    since = ["unconfirmed since 2026-11-13", "declined since 2026-05-24"]
    since += ["withdrawn since 2026-05-24", "approved since 2026-05-23"]
    contents = ["0 spaces, 0 events, 0 mails", "1 spaces, 1 events, 1 mails", *["0 spaces, 0 events, 0 mails"] * 2]
    return "".join(
        f"join request {request.pk}, {state}: {content}\n"
        for request, state, content in zip(requests, since, contents, strict=True)
    )


def test_erase_expired_lists_what_it_erases_and_erases_nothing_else(run):
    lines, kept = expire(), JoinRequestFactory(state=State.RECEIVED, waits_since=days_ago(400))
    assert run("erase_expired") == lines + "0 old mails, 0 old counters\n"
    assert JoinRequest.objects.get() == kept
    assert not Email.objects.exists()
    assert run("erase_expired") == "0 old mails, 0 old counters\n"


def test_erase_expired_can_only_list(run):
    lines = expire()
    RateLimit.objects.create(kind="mail", key="x", timestamps=[1])
    mail(STATUS.sent, 181)
    assert run("erase_expired", "--dry-run") == run("erase_expired", "--dry-run") == lines
    assert [model.objects.count() for model in (JoinRequest, Email, RateLimit)] == [4, 2, 1]


def test_erase_expired_leaves_what_was_confirmed_in_the_meantime():
    request = JoinRequestFactory(waits_since=days_ago(7))
    request.confirm()
    assert erase_expired.erase(request.pk, dry_run=False) == ""
    assert JoinRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_erase_expired_by_four_at_once_lists_each_request_once(capsys):
    lines = expire()
    at_once(*[partial(call_command, "erase_expired")] * 4)
    printed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("join request")]
    assert sorted(printed) == sorted(lines.splitlines())
    assert not JoinRequest.objects.exists()


@pytest.mark.parametrize(
    ("status", "days", "kept"),
    [
        (STATUS.sent, 180, True),
        (STATUS.sent, 181, False),
        (STATUS.failed, 181, False),
        (STATUS.queued, 400, True),
        (STATUS.requeued, 400, True),
    ],
)
def test_erase_expired_forgets_mails_that_were_done_with_long_ago(run, status, days, kept):
    request, email = JoinRequestFactory(state=State.RECEIVED), mail(status, days)
    request.mails.add(email)
    email.logs.create(status=status, message="a@example.org")
    assert run("erase_expired") == f"{0 if kept else 1} old mails, 0 old counters\n"
    assert Email.objects.exists() == request.mails.exists() == kept


def test_erase_expired_forgets_counters_that_no_limit_looks_back_to(run, clock):
    def count(kind):
        return RateLimit.allows(kind, "x", at_most=3, within=HOUR)

    count("old")
    count("renewed")
    clock.shift(HOUR / 2)
    count("renewed")
    clock.shift(timedelta(days=2) - HOUR / 2)
    count("new")
    assert run("erase_expired") == "0 old mails, 0 old counters\n"
    clock.shift(timedelta(seconds=1))
    assert run("erase_expired") == "0 old mails, 1 old counters\n"
    assert set(RateLimit.objects.values_list("kind", flat=True)) == {"renewed", "new"}
