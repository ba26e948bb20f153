"""Both ends of summer time, and the leap day: nothing comes twice, is left out, or lasts an hour too long or short."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from post_office.models import Email

from core.models import RateLimit
from members.joining.forms import MIN_TIME_TO_FILL_IN, SubmissionField
from members.joining.models import JoinRequest, MailPreference
from tests.factories import CoordinatorFactory, JoinRequestFactory, OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

OSLO = ZoneInfo("Europe/Oslo")
CHANGES = {"spring": date(2026, 3, 29), "autumn": date(2026, 10, 25), "leap day": date(2028, 2, 29)}
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
Purpose, State = JoinRequest.Purpose, JoinRequest.State

around_changes = pytest.mark.parametrize("change", CHANGES)


def at(day, hour=0, fold=0) -> datetime:
    """The moment at which a clock in Oslo shows the hour."""
    return datetime.combine(day, time(hour), OSLO).replace(fold=fold).astimezone(UTC)


def hours(change, before=30, after=30):
    """Every moment of an hour before and after the day began."""
    return [at(CHANGES[change]) + number * HOUR for number in range(-before, after)]


def now(moment):
    return time_machine.travel(moment, tick=False)


@around_changes
def test_open_now_is_what_a_clock_on_the_wall_says(client, change, lost):
    SpaceFactory(slug="huset", opening_hours="22:00-04:00")
    wrong = []
    for moment in hours(change):
        with now(moment + HOUR / 2):
            told = "Open until" in client.get("/en/spaces/huset/").content.decode()
        if told != (moment.astimezone(OSLO).hour in (22, 23, 0, 1, 2, 3)):
            wrong.append(str(moment))
    lost(f"Clock, {change}: open now", wrong)


@around_changes
def test_every_request_is_in_one_digest(change, lost):
    """Made at seven every morning, and in both hours that a clock shows as two."""
    with now(hours(change)[0] - DAY):
        daily = CoordinatorFactory(email="berit@example.org")
        MailPreference.objects.create(user=daily, timing="digest")
    names = []
    for moment in hours(change):
        with now(moment):
            if moment.astimezone(OSLO).hour in (2, 7):
                call_command("remind", verbosity=0)
            names.append(f"Hus {moment:%d-%H} slutt")
            JoinRequestFactory(name=names[-1]).confirm()
    with now(hours(change)[-1] + HOUR):
        call_command("remind", verbosity=0)
    digests = "".join(Email.objects.filter(to=daily.email).values_list("message", flat=True))
    told = Counter({name: digests.count(name) for name in names})
    lost(f"Clock, {change}: digests", [name for name in names if told[name] != 1])


@around_changes
def test_link_and_wait_last_a_week_of_days_to_the_second(change):
    made = at(CHANGES[change] - 3 * DAY, 12)
    with now(made):
        request = JoinRequestFactory(waits_since=made, created=made)
        token, page = request.confirm_token, request.page_token

    def state_then(moment):
        with now(moment):
            found = [JoinRequest.objects.with_token(*pair) for pair in [(Purpose.CONFIRM, token), (Purpose.PAGE, page)]]
            return [one is not None for one in found], JoinRequest.objects.expired().exists()

    week = made + timedelta(days=7)
    assert state_then(week - SECOND) == ([True, True], False)
    assert state_then(week) == ([True, True], True)
    assert state_then(week + 2 * SECOND) == ([False, True], True)


@around_changes
def test_former_member_is_forgotten_at_midnight_after_180_days(change):
    left = CHANGES[change] - timedelta(days=180)
    organisation = OrganisationFactory(status="former", left_on=left)
    JoinRequestFactory(state=State.APPROVED, member=organisation, waits_since=at(left - DAY))
    midnight = at(CHANGES[change])
    with now(midnight - SECOND):
        assert not JoinRequest.objects.expired().exists()
    with now(midnight):
        assert JoinRequest.objects.expired().exists()


@around_changes
def test_limit_of_an_hour_lasts_sixty_minutes(change):
    def allowed():
        return RateLimit.allows("request", "x", at_most=1, within=HOUR)

    for moment in hours(change, 2, 6)[::2]:
        with now(moment):
            assert allowed()
        with now(moment + HOUR - SECOND):
            assert not allowed()


def test_form_of_the_hour_that_comes_twice_is_taken():
    first, second = (at(CHANGES["autumn"], 2, fold) for fold in (0, 1))
    assert second - first == HOUR
    with now(second - SECOND):
        stamp = SubmissionField.new()
    with now(second + MIN_TIME_TO_FILL_IN):
        assert SubmissionField().clean(stamp)


@pytest.mark.parametrize("day", [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)])
def test_membership_may_begin_and_end_on_any_day(day):
    with now(at(day, 12)):
        organisation = OrganisationFactory(status="prospect", member_since=None)
        organisation.join(by=None, number="", website="")
        type(organisation).objects.end_membership(by=None)
        organisation.refresh_from_db()
    assert (organisation.member_since, organisation.left_on) == (day, day)
