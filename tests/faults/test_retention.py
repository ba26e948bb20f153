"""What is kept no longer goes on its day and to the second, nothing else does, and a second run changes nothing."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from post_office.models import STATUS, Email

from core.models import ContentVersion, RateLimit
from mail import outbox
from members.joining.models import JoinRequest
from tests.at_once import at_once
from tests.factories import JoinRequestFactory, OrganisationFactory

pytestmark = pytest.mark.django_db(transaction=True)

State = JoinRequest.State
SECOND = timedelta(seconds=1)
NOW = datetime(2026, 11, 20, 12)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def ago(days, margin=timedelta(0)):
    return timezone.now() - timedelta(days=days) + margin


def requests():
    """Each to be kept has one to be erased beside it, a second or a day apart; their names say which is which."""
    spans = {State.UNCONFIRMED: 7, State.DECLINED: 180, State.WITHDRAWN: 180, State.WAITING: 180}
    for state, days in spans.items():
        make(f"keep {state}", state, ago(days, SECOND))
        make(f"erase {state}", state, ago(days))
    for state in (State.RECEIVED, State.IN_REVIEW):
        make(f"keep {state}", state, ago(1000))
    make("keep member", State.APPROVED, ago(1000), member=OrganisationFactory())
    make("erase without member", State.APPROVED, ago(180))
    make("keep left", State.APPROVED, ago(1000), member=former(179))
    make("erase left", State.APPROVED, ago(1000), member=former(180))


def former(days):
    return OrganisationFactory(status="former", left_on=timezone.localdate() - timedelta(days=days))


def make(name, state, since, **values):
    """With a space, an event and a mail of its own, all of which bear its name."""
    request = JoinRequestFactory(name=name, state=state, waits_since=since, **values)
    request.spaces.create(name=f"{name} space", town="Oslo")
    request.events.create(kind="noted", text=f"{name} event")
    request.mails.add(mail(f"{name} mail", STATUS.queued, ago(0)))


def mail(subject, status, last_updated):
    email = outbox.put(EmailMessage(subject, "Hei", to=["a@example.org"]))
    Email.objects.filter(pk=email.pk).update(status=status, last_updated=last_updated)
    return email


def others():
    """Mails, counters and versions of the data that belong to no request; likewise."""
    for status in (STATUS.sent, STATUS.failed):
        mail(f"keep {status}", status, ago(180))
        mail(f"erase {status}", status, ago(180, -SECOND))
    mail("keep queued", STATUS.queued, ago(1000))
    for name, margin in {"keep": SECOND * 0, "erase": -SECOND}.items():
        RateLimit.objects.create(kind=f"{name} limit", key="x", latest=ago(2, margin))
        ContentVersion.objects.create(at=ago(2, margin))


def contacts():
    """Versions of an organisation in its history."""
    versions = {"erase-1": ago(400), "erase-2": ago(365, -SECOND), "keep-1": ago(365), "keep-2": ago(0)}
    organisation = OrganisationFactory.build()
    for role, moment in versions.items():
        with time_machine.travel(moment, tick=False):
            organisation.email = f"{role}@example.org"
            organisation.save()


def everything() -> dict[str, list]:
    """Every row of every table."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(map(str, cursor.fetchall()))
        return found


def named(word) -> set[str]:
    """What in all tables but the network's own texts is to be kept, or to be erased."""
    rows = [row for table, rows in everything().items() if not table.startswith("pages_") for row in rows]
    return {name for row in rows for name in re.findall(rf"{word}[ \w@.-]*", row)}


def run():
    for command in ("erase_expired", "purge_contacts"):
        call_command(command)


def test_retention_is_exact_and_the_same_run_twice(capsys, lost):
    requests()
    others()
    contacts()
    keep, changes = named("keep"), ContentVersion.objects.filter(at__gte=ago(2)).count()
    assert len(named("erase")) > 20
    run()
    lost(f"Retention, {connection.vendor}, {len(keep)} things to keep", keep - named("keep"))
    assert named("erase") == set()
    assert ContentVersion.objects.count() == changes
    once = everything()
    capsys.readouterr()
    run()
    assert everything() == once
    assert capsys.readouterr().out.splitlines()[0] == "0 old mails, 0 old counters", "and no request is listed"


def test_retention_is_the_same_run_twice_at_once(lost):
    requests()
    others()
    contacts()
    keep = named("keep")
    at_once(run, run)
    lost(f"Retention twice at once, {connection.vendor}", keep - named("keep"))
    assert named("erase") == set()


def test_erasure_by_hand_is_the_same_done_twice(lost):
    requests()
    keep = named("keep")
    for request in JoinRequest.objects.filter(name__startswith="erase"):
        copy = JoinRequest.objects.get(pk=request.pk)
        request.erase()
        once = everything()
        copy.erase()
        assert everything() == once
    lost(f"Erasure by hand, {connection.vendor}", keep - named("keep"))
    assert named("erase") == set()
