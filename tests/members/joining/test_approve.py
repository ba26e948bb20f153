from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from post_office.models import Email

from members.joining.models import CriteriaNotMet, JoinRequest, TooLate
from members.models import ContactPerson, NumberTaken, Organisation
from spaces.location import UnknownPlace
from spaces.models import Space
from tests.factories import CoordinatorFactory, JoinRequestFactory, OrganisationFactory, SpaceFactory
from tests.mail.test_emails import body

from .deciding import every_change

pytestmark = pytest.mark.django_db

State = JoinRequest.State
NUMBER = "923609016"


def ready(**fields):
    return JoinRequestFactory(**{"state": State.RECEIVED, "meets_all": True} | fields)


def assert_nothing_done(request):
    stored = JoinRequest.objects.get(pk=request.pk)
    assert (stored.state, stored.reviewer, stored.events.count()) == (State.RECEIVED, None, 0)
    assert not Email.objects.exists()
    assert not Space.objects.exists()


def test_approve_makes_the_member_and_its_spaces(coordinator):
    request = ready(name="Ærlig hus", organisation_number=NUMBER, website="https://example.org")
    request.spaces.create(name="Loftet", town="Oslo", address="Gata 1", postal_code="0150")
    request.spaces.create(name="Kaia", town="Bergen", latitude=60.39, longitude=5.32, is_open=False)
    organisation = request.approve(by=coordinator)
    assert (organisation.status, organisation.slug) == ("member", "aerlig-hus")
    assert (organisation.organisation_number, organisation.website) == (NUMBER, "https://example.org")
    assert organisation.member_since == timezone.localdate()
    loft, quay = organisation.spaces.order_by("name").reverse()
    assert (loft.status, loft.precision, loft.address, loft.get_county_display()) == ("open", "town", "Gata 1", "Oslo")
    assert (quay.status, quay.precision, quay.latitude) == ("coming", "exact", 60.39)
    assert loft in Space.objects.members()
    assert quay in Space.objects.upcoming()
    assert request.member == organisation
    assert {record.history_user for record in [*organisation.history.all(), *loft.history.all()]} == {coordinator}


def test_approve_keeps_the_applicant_as_a_contact_person_and_shows_nobody(coordinator):
    request = ready(contact_phone="+4791234567")
    organisation = request.approve(by=coordinator)
    assert (organisation.email, organisation.phone) == ("", "")
    person = organisation.contact_persons.get()
    assert (person.name, person.email, person.phone) == ("Test Testesen", request.contact_email, "+4791234567")
    again = ready(member=organisation, contact_email=request.contact_email.upper())
    again.approve(by=coordinator)
    assert again.contact_person == organisation.contact_persons.get()


def test_erased_request_takes_its_contact_person_along(coordinator):
    """Unless another person stands there by now; those of whoever left go with the years."""
    first, second, third = (ready() for _number in range(3))
    organisation = first.approve(by=coordinator)
    second.approve(by=coordinator, organisation=organisation)
    ContactPerson.objects.filter(email=first.contact_email).update(role="Daglig leder")
    ContactPerson.objects.filter(email=second.contact_email).update(name="En annen", email="annen@example.org")
    first.erase()
    second.erase()
    assert [person.name for person in organisation.contact_persons.all()] == ["En annen"]
    other = third.approve(by=coordinator)
    for days, left in ((179, ["En annen", "Test Testesen"]), (180, ["Test Testesen"])):
        day = timezone.localdate() - timedelta(days=days)
        Organisation.objects.filter(pk=organisation.pk).update(status="former", member_since=None, left_on=day)
        call_command("erase_expired")
        assert [person.name for person in ContactPerson.objects.all()] == left
    assert other.contact_persons.exists()


def test_approve_extends_a_member(coordinator):
    """And writes nothing into its page: whoever applies may name any member."""
    member = OrganisationFactory(name="Coworx")
    request = ready(member=member, website="https://example.com", organisation_number=NUMBER)
    request.spaces.create(name="Coworx", town="Mandal", postal_code="4514")
    assert request.approve(by=coordinator) == member
    member.refresh_from_db()
    assert (member.website, member.organisation_number, member.spaces.get().town) == ("", "", "Mandal")


@pytest.mark.parametrize(("website", "shown"), [("", "https://example.com"), ("https://example.org",) * 2])
def test_approve_fills_what_is_blank_of_an_organisation_on_its_way(coordinator, website, shown):
    prospect = OrganisationFactory(prospect=True, website=website)
    request = ready(website="https://example.com", organisation_number=NUMBER)
    request.approve(by=coordinator, organisation=prospect)
    prospect.refresh_from_db()
    assert (prospect.website, prospect.organisation_number) == (shown, NUMBER)


def test_approve_brings_a_space_that_was_on_the_way_up_to_date(coordinator):
    prospect = OrganisationFactory(prospect=True, name="Flow")
    space = SpaceFactory(organisation=prospect, name="Flow", town="Tromsø", county="55", coming=True)
    request = ready(name="Flow")
    request.spaces.create(name="flow", town="Tromso", address="Gata 2", latitude=69.65, longitude=18.95)
    request.approve(by=coordinator, organisation=prospect, accepted=every_change(request, prospect))
    space.refresh_from_db()
    assert (space.status, space.address, space.precision) == ("open", "Gata 2", "exact")
    assert prospect.spaces.count() == 1
    assert Organisation.objects.members().get() == prospect


@pytest.mark.parametrize("lacking", JoinRequest.CRITERIA)
def test_approve_without_all_three_does_nothing(coordinator, lacking):
    request = ready(**{lacking: False})
    with pytest.raises(CriteriaNotMet):
        request.approve(by=coordinator)
    assert_nothing_done(request)


def test_approve_believes_the_row_and_not_the_ticks_that_were_read_before(coordinator):
    read_before = ready()
    JoinRequest.objects.get().assess(by=coordinator, **dict.fromkeys(JoinRequest.CRITERIA, False))
    with pytest.raises(CriteriaNotMet):
        read_before.approve(by=coordinator)


def test_second_coordinator_is_told_who_was_first_whatever_is_ticked(coordinator):
    read_before = ready(meets_all=False)
    JoinRequest.objects.get().decline("Nei", by=coordinator)
    with pytest.raises(TooLate) as late:
        read_before.approve(by=CoordinatorFactory())
    assert late.value.join_request.reviewer == coordinator
    assert not Organisation.objects.exists()


def test_approve_of_an_unknown_place_does_nothing(coordinator):
    request = ready()
    request.spaces.create(name="Kaia", town="Oslo")
    request.spaces.create(name="Loftet", town="Atlantis")
    with pytest.raises(UnknownPlace):
        request.approve(by=coordinator)
    assert_nothing_done(request)
    assert not Organisation.objects.exists()


def test_approve_of_anothers_number_does_nothing(coordinator):
    other = OrganisationFactory(organisation_number=NUMBER)
    request = ready(organisation_number=NUMBER, member=OrganisationFactory())
    for organisation in (None, OrganisationFactory()):
        with pytest.raises(NumberTaken) as taken:
            request.approve(by=coordinator, organisation=organisation)
        assert taken.value.organisation == other
        assert_nothing_done(request)


def test_approve_of_its_own_number_extends_it(coordinator):
    known = OrganisationFactory(organisation_number=NUMBER)
    assert ready(organisation_number=NUMBER).approve(by=coordinator, organisation=known) == known


def test_approve_without_a_number_takes_nobodys(coordinator):
    OrganisationFactory(organisation_number="")
    ready().approve(by=coordinator)
    assert Organisation.objects.count() == 2


@pytest.mark.parametrize("name", ["Coworx Mandal", "Coworx"])
def test_approve_opens_the_space_that_was_coming_under_a_like_name(coordinator, name):
    member = OrganisationFactory(name="Coworx")
    SpaceFactory(organisation=member, name="Coworx", town="Kristiansand", county="42")
    coming = SpaceFactory(organisation=member, name="Coworx", town="Mandal", county="42", coming=True)
    request = ready(member=member)
    request.spaces.create(name=name, town="Mandal")
    request.approve(by=coordinator, accepted=every_change(request, member))
    coming.refresh_from_db()
    assert (member.spaces.count(), coming.status) == (2, "open")


def test_approve_never_closes_what_is_open_and_trusts_no_pin_of_another_address(coordinator):
    member = OrganisationFactory()
    kaia = SpaceFactory(organisation=member, name="Kaia", address="Gamlegata 1", precision="exact", latitude=59.95)
    request = ready(member=member)
    request.spaces.create(name="Kaia", town="Oslo", address="Nygata 9", is_open=False)
    request.approve(by=coordinator, accepted=every_change(request, member))
    kaia.refresh_from_db()
    assert (kaia.status, kaia.address, kaia.precision) == ("open", "Nygata 9", "town")
    assert kaia.latitude != 59.95


@pytest.mark.parametrize("pin", [{}, {"latitude": 59.9, "longitude": 10.7}])
def test_approval_says_where_the_pin_is_approximate(pin):
    request = JoinRequestFactory(state="received", meets_all=True, language="en")
    request.spaces.create(name="Loftet", town="Oslo", **pin)
    request.approve(by=CoordinatorFactory())
    assert ("town centre" in body(request.mails.get())) == (not pin)


@pytest.mark.parametrize("status", ["member", "former"])
def test_approval_welcomes_none_who_is_a_member_already(status):
    organisation = OrganisationFactory(
        name="Husene", status=status, left_on="2026-01-31" if status == "former" else None
    )
    request = JoinRequestFactory(state="received", meets_all=True, language="en", member=organisation)
    request.spaces.create(name="Loftet", town="Oslo")
    request.approve(by=CoordinatorFactory())
    email = request.mails.get()
    was_member = status == "member"
    assert email.subject == ("Husene: what you asked for is on the map" if was_member else "Welcome to Coworking Norge")
    assert ("a member already" in body(email)) == was_member
