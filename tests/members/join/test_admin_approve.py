import pytest
from post_office.models import Email

from members.models import Organisation
from spaces.models import Space
from tests.factories import OrganisationFactory, SpaceFactory

from .deciding import NUMBER, State, messages, received, text, url

pytestmark = pytest.mark.django_db


def test_approve_makes_a_member_and_says_what_is_left_to_do(decide):
    request = received()
    response = decide(request, "approve")
    member, space = Organisation.objects.get(), Space.objects.get()
    assert (request.state, request.member, space.organisation) == (State.APPROVED, member, member)
    done, left = messages(response)
    assert f'href="/en/admin/members/organisation/{member.pk}/change/"' in done
    assert f'href="/en/admin/spaces/space/{space.pk}/change/"' in left


def test_approve_of_exact_pins_warns_of_none(decide):
    request = received()
    request.spaces.update(latitude=59.9, longitude=10.7)
    assert len(messages(decide(request, "approve"))) == 1


def test_approve_without_all_three_keeps_what_was_typed(decide, coordinator_client):
    request = received()
    fields = {"whose": "new", "has_place": "on"}
    response = coordinator_client.post(url(request, "approve"), fields | {"seen": 0})
    form = response.context["form"]
    assert set(form.errors) == {"has_community", "has_facilitation"}
    assert form["has_place"].value()
    assert form["whose"].value() == "new"
    request.refresh_from_db()
    assert not request.has_place


def test_approve_starts_from_the_ticks_and_the_new(coordinator_client):
    form = coordinator_client.get(url(received(has_place=True), "approve")).context["form"]
    assert form["has_place"].value()
    assert not form["has_community"].value()
    assert form["whose"].value() == "new"


def test_approve_lets_the_coordinator_choose_among_duplicates(coordinator_client, decide):
    known = SpaceFactory(name="Kontoret", organisation__name="Loftet", organisation__status="prospect").organisation
    request = received()
    form = coordinator_client.get(url(request, "approve")).context["form"]
    assert form["whose"].value() is None
    assert [key for key, _ in form.choices] == [str(known.pk), "new", "other"]
    assert decide(request, "approve", whose="").context["form"].errors["whose"]
    decide(request, "approve", whose=known.pk)
    known.refresh_from_db()
    assert (request.member, known.is_member) == (known, True)


def test_approve_starts_from_who_they_say_that_they_are(coordinator_client, decide):
    member = OrganisationFactory(name="Et annet navn")
    request = received(member=member)
    assert coordinator_client.get(url(request, "approve")).context["form"]["whose"].value() == str(member.pk)
    decide(request, "approve", whose=member.pk)
    assert Space.objects.get().organisation == member


def test_approve_as_new_goes_before_who_they_say_that_they_are(decide):
    member = OrganisationFactory(name="Et annet navn")
    request = received(member=member)
    decide(request, "approve", whose="new")
    assert request.member.name == "Loftet"
    assert not member.spaces.exists()


def test_approve_of_any_other_that_we_have(decide):
    other = OrganisationFactory(name="Et annet navn")
    request = received()
    assert decide(request, "approve", whose="other").context["form"].errors["organisation"]
    decide(request, "approve", whose="other", organisation=other.pk)
    assert request.member == other


def test_approve_of_a_number_that_another_has_names_it_and_does_nothing(decide):
    other = OrganisationFactory(name="Kaia", organisation_number=NUMBER)
    request = received(organisation_number=NUMBER)
    response = decide(request, "approve")
    error = text(response)
    assert f'<a href="/en/admin/members/organisation/{other.pk}/change/">Kaia</a> has the organisation number' in error
    assert response.context["form"]["whose"].value() == "new"
    assert (request.state, request.has_place) == (State.RECEIVED, False)
    assert not request.events.exists()
    assert not Email.objects.exists()
    decide(request, "approve", whose=other.pk)
    assert request.member == other


def test_approve_asks_where_an_unknown_place_is(decide, coordinator_client):
    request = received(town="Atlantis")
    space = request.spaces.get()
    county, latitude, longitude = names = [f"{field}_{space.pk}" for field in ("county", "latitude", "longitude")]
    fields = coordinator_client.get(url(request, "approve")).context["form"].fields
    assert set(names) <= set(fields)
    assert set(decide(request, "approve").context["form"].errors) == {county, latitude}
    half = decide(request, "approve", **{county: "03", latitude: "59,9"})
    assert set(half.context["form"].errors) == {longitude}
    assert half.context["form"][latitude].value() == "59,9"
    assert set(decide(request, "approve", **{county: "03", latitude: "5", longitude: "10"}).context["form"].errors) == {
        latitude
    }
    space.refresh_from_db()
    assert (space.county, space.latitude) == ("", None)
    decide(request, "approve", **{county: "03", latitude: "59,9", longitude: "10,7"})
    assert request.state == State.APPROVED
    made = Space.objects.get()
    assert (made.county, made.latitude, made.longitude, made.precision) == ("03", 59.9, 10.7, "exact")


def test_approve_asks_for_no_more_than_it_takes(coordinator_client):
    request = received(town="Atlantis")
    pinned = request.spaces.create(name="Brygga", town="Atlantis", latitude=59.9, longitude=10.7)
    coded = request.spaces.create(name="Kaia", town="Atlantis", postal_code="0150")
    request.spaces.create(name="Huset", town="Oslo")
    fields = coordinator_client.get(url(request, "approve")).context["form"].fields
    first = request.spaces.first().pk
    asked = {name for name in fields if name[-1].isdigit()}
    everything = {f"county_{first}", f"latitude_{first}", f"longitude_{first}"}
    assert asked == everything | {f"county_{pinned.pk}", f"latitude_{coded.pk}", f"longitude_{coded.pk}"}


def test_approve_asks_nothing_of_a_space_that_the_organisation_has(decide):
    known = SpaceFactory(name="Loftet", town="Atlantis", organisation__name="Loftet", precision="exact")
    request = received(town="Atlantis")
    decide(request, "approve", whose=known.organisation_id)
    assert request.state == State.APPROVED
    assert Space.objects.get().latitude == known.latitude


@pytest.mark.parametrize(("latitude", "far"), [(59.95, False), (70.36, True)])
def test_pin_far_from_its_town_is_questioned(coordinator_client, latitude, far):
    request = received()
    request.spaces.all().delete()
    request.spaces.create(name="Kaia", town="Oslo", latitude=latitude, longitude=10.7)
    for page in ("change", "approve"):
        assert ("km from Oslo" in text(coordinator_client.get(url(request, page)))) == far
