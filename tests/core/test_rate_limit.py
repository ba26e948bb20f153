from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connections
from django.test import RequestFactory
from django.utils import timezone

from core.client_ip import client_ip, ip_prefix
from core.models import RateLimit

HOUR = timedelta(hours=1)


@pytest.mark.django_db
def test_allows_so_many_in_the_time_and_again_later():
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        assert [RateLimit.allows("mail", "a@example.org", at_most=3, within=HOUR) for _ in range(4)] == [True] * 3 + [
            False
        ]
        clock.shift(HOUR - timedelta(seconds=1))
        assert not RateLimit.allows("mail", "a@example.org", at_most=3, within=HOUR)
        clock.shift(timedelta(seconds=1))
        assert RateLimit.allows("mail", "a@example.org", at_most=3, within=HOUR)


@pytest.mark.django_db
def test_allows_each_party_and_kind_its_own():
    assert RateLimit.allows("mail", "a@example.org", at_most=1, within=HOUR)
    assert RateLimit.allows("mail", "b@example.org", at_most=1, within=HOUR)
    assert RateLimit.allows("form", "a@example.org", at_most=1, within=HOUR)


@pytest.mark.django_db
def test_keeps_no_address():
    RateLimit.allows("mail", "a@example.org", at_most=1, within=HOUR)
    assert "example" not in str(RateLimit.objects.values().get())


@pytest.mark.django_db(transaction=True)
def test_allows_exactly_so_many_of_twenty_at_once():
    RateLimit.allows("form", "x", at_most=3, within=HOUR)

    def ask(_):
        try:
            return RateLimit.allows("form", "x", at_most=3, within=HOUR)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(ask, range(20))) == 2


@pytest.mark.django_db
def test_reserves_the_first_moment_that_is_free():
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:

        def reserve():
            slot = RateLimit.reserve("mail", "all", at_most=2, within=HOUR)
            return (slot - now) / HOUR

        assert [reserve() for _ in range(5)] == [0, 0, 1, 1, 2]
        clock.shift(2 * HOUR)
        assert [reserve() for _ in range(3)] == [2, 3, 3]
        clock.shift(9 * HOUR)
        assert [reserve() for _ in range(3)] == [11, 11, 12]
    assert len(RateLimit.objects.get().timestamps) == 2


def allows(client, at_most=(2, 3, 4)):
    return RateLimit.allows_client("form", client, at_most=at_most, within=HOUR)


@pytest.mark.django_db
@pytest.mark.parametrize("template", ["192.{}.{}.{}", "2001:{}:{}:{}::1"])
def test_client_and_the_networks_around_it_have_growing_limits(template):
    asked = [(1, 1, 1)] * 3 + [(1, 1, 2)] * 2 + [(1, 2, 1)] * 2 + [(2, 1, 1)]
    answers = [allows(client_ip(RequestFactory().get("/", REMOTE_ADDR=template.format(*parts)))) for parts in asked]
    assert answers == [True, True, False, True, False, True, False, True]


@pytest.mark.django_db
def test_client_that_nobody_can_tell_has_its_own_limit():
    assert [allows("unknown") for _ in range(3)] == [True, True, False]


@pytest.mark.django_db
def test_very_many_addresses_of_one_network_make_few_rows():
    assert sum(allows(f"2001:db8:{number:x}::/64") for number in range(300)) == 4
    assert RateLimit.objects.count() == 1 + 4 + 4


@pytest.mark.django_db
def test_rows_are_purged_together(django_assert_num_queries):
    now = timezone.now()
    old = [RateLimit(kind="form", key=str(number), latest=now - HOUR) for number in range(500)]
    RateLimit.objects.bulk_create(old)
    assert allows("unknown")
    with django_assert_num_queries(1):
        assert RateLimit.objects.purge_before(now - HOUR / 2) == 500
    assert RateLimit.objects.count() == 1


@pytest.mark.django_db
def test_limit_that_counts_while_old_ones_are_purged_is_kept():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert allows("counted")
        read_before = RateLimit.objects.all()
        assert len(read_before) == 1
        clock.shift(timedelta(days=3))
        assert allows("counted")
        assert read_before.purge_before(timezone.now()) == 0


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
    assert ip_prefix(address) == party
