from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from members.models import Limit
from members.parties import mailbox, network

HOUR = timedelta(hours=1)


@pytest.mark.django_db
def test_allows_so_many_in_the_time_and_again_later():
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        assert [Limit.allows("mail", "a@example.org", at_most=3, within=HOUR) for _ in range(4)] == [True] * 3 + [False]
        clock.shift(HOUR - timedelta(seconds=1))
        assert not Limit.allows("mail", "a@example.org", at_most=3, within=HOUR)
        clock.shift(timedelta(seconds=1))
        assert Limit.allows("mail", "a@example.org", at_most=3, within=HOUR)


@pytest.mark.django_db
def test_allows_each_party_and_kind_its_own():
    assert Limit.allows("mail", "a@example.org", at_most=1, within=HOUR)
    assert Limit.allows("mail", "b@example.org", at_most=1, within=HOUR)
    assert Limit.allows("form", "a@example.org", at_most=1, within=HOUR)


@pytest.mark.django_db
def test_keeps_no_address():
    Limit.allows("mail", "a@example.org", at_most=1, within=HOUR)
    assert "example" not in str(Limit.objects.values().get())


@pytest.mark.django_db(transaction=True)
def test_allows_exactly_so_many_of_twenty_at_once():
    Limit.allows("form", "x", at_most=3, within=HOUR)

    def ask(_):
        try:
            return Limit.allows("form", "x", at_most=3, within=HOUR)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(ask, range(20))) == 2


@pytest.mark.parametrize("written", ["a.b@example.org", "AB@Example.org", "a.b+tag@example.org", " ab@example.org "])
def test_mailbox_is_one_however_it_is_written(written):
    assert mailbox(written) == "ab@example.org"


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_network_is_one_customer(address, party):
    assert network(address) == party
