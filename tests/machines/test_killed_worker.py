"""Web workers are killed in the middle of what somebody sends."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from http.client import HTTPException

import pytest
from django.db import connection, transaction
from django.db.models import Count
from post_office.models import Email

from members.joining.models import JoinRequest

from .servers import client_of, new_form

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 10


def test_killed_in_the_middle_of_a_form_ten_times(web, lost):
    forms = [new_form(number) for number in range(KILLS)]
    for number, form in enumerate(forms):
        kill_in_the_middle(web, number, form)
        assert not halves()
        assert send(web, number, form) == 302, "sent again, as a browser offers"
    missing = {form["contact_email"] for form in forms} - set(
        JoinRequest.objects.values_list("contact_email", flat=True)
    )
    assert not halves()
    lost(f"kill -9 of the web workers while a form is sent, {KILLS} times, {connection.vendor}", missing)
    assert JoinRequest.objects.count() == Email.objects.count() == KILLS, "and nothing twice"


def kill_in_the_middle(web, number, form):
    """Every other time while the transaction is held up, else ever later after the form was sent."""
    is_held_up = number % 2
    with ThreadPoolExecutor(1) as pool, held_up() if is_held_up else nullcontext():
        sent = pool.submit(send, web, number, form)
        time.sleep(0.5 if is_held_up else number * 0.015)
        web.kill_workers()
        assert sent.result() in ((None,) if is_held_up else (None, 302))


@contextmanager
def held_up():
    """Whoever queues a mail waits until this transaction ends; on SQLite, whoever writes anything."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            connection.cursor().execute(f"LOCK TABLE {Email._meta.db_table} IN EXCLUSIVE MODE")
        yield


def send(web, number, form):
    """The status; None where the connection broke before an answer."""
    try:
        return web.ask("/bli-med/", form, client=client_of(number)).status
    except (HTTPException, OSError):
        return None


def halves():
    """Asked in one query, as a transaction may just be ending."""
    counts = {name: Count(name, distinct=True) for name in ("spaces", "mails")}
    return JoinRequest.objects.alias(**{f"n_{name}": count for name, count in counts.items()}).exclude(
        n_spaces=1, n_mails=1
    )
