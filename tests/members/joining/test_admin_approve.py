import re

import pytest
from post_office.models import Email

from members.models import Organisation
from spaces.models import Space
from tests.factories import OrganisationFactory, SpaceFactory

from .deciding import NUMBER, State, messages, received, text, url

pytestmark = pytest.mark.django_db


def test_approve_makes_a_member_and_says_what_was_made_and_what_is_missing(decide, coordinator_client):
    request = received()
    request.spaces.create(name="Kaia", town="Bergen", latitude=60.4, longitude=5.3, is_open=False)
    response = decide(request, "approve")
    member = Organisation.objects.get()
    kaia, loft = Space.objects.order_by("name")
    assert (request.state, request.member, loft.organisation) == (State.APPROVED, member, member)
    (done,) = messages(response)
    assert f'href="/en/admin/members/organisation/{member.pk}/change/"' in done
    made = text(response).split('id="made-heading"')[1].split("</section>")[0]
    forms = [f"/en/admin/spaces/space/{space.pk}/change/" for space in (loft, kaia)]
    lacks = ["photos-group", "id_opening_hours_0", "id_email", "id_description_nb"]
    links = [f"/en/admin/members/organisation/{member.pk}/change/", member.get_absolute_url()]
    links += [forms[1], kaia.get_absolute_url(), *(f"{forms[1]}#{field}" for field in lacks)]
    lacks.insert(0, "id_latitude")
    links += [forms[0], loft.get_absolute_url(), *(f"{forms[0]}#{field}" for field in lacks)]
    assert re.findall('href="([^"]+)', made) == links
    form = coordinator_client.get(forms[0]).content.decode()
    assert [field for field in lacks if f'id="{field}"' not in form] == []
    # What is filled in is no longer asked for, another name is told, and what is hidden or gone leads nowhere.
    Space.objects.filter(pk=loft.pk).update(opening_hours="24/7", name="Loftsrommet", precision="exact")
    kaia.hidden = True
    kaia.save()
    made = text(coordinator_client.get(url(request))).split('id="made-heading"')[1].split("</section>")[0]
    assert "Loftsrommet" in made
    filled_in = {"id_latitude", "id_opening_hours_0"}
    of_loft = [field for field in lacks if field not in filled_in]
    assert re.findall(r"#([\w-]+)", made) == [*lacks[1:], *of_loft]
    assert kaia.get_absolute_url() not in made
    Space.objects.all().delete()
    assert "Loftsrommet" not in text(coordinator_client.get(url(request)))


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


def test_approve_begins_where_a_place_without_centre_must_be_and_takes_somewhere_there(coordinator_client, decide):
    request = received(town="Gressvik")
    request.spaces.update(postal_code="1621")
    key = request.spaces.get().pk
    page = text(coordinator_client.get(url(request, "approve")))
    assert 'data-start="59.24464,10.83795"' in page
    assert "Somewhere in Fredrikstad, approximate" in page
    decide(request, "approve", **{f"approximate_{key}": "on"})
    space = Space.objects.get()
    assert (space.county, space.latitude, space.longitude, space.precision) == ("31", 59.24464, 10.83795, "town")
    unknown = received(town="Atlantis", name="Et annet")
    county, approximate = (f"{name}_{unknown.spaces.get().pk}" for name in ("county", "approximate"))
    refused = decide(unknown, "approve", **{approximate: "on"})
    assert set(refused.context["form"].errors) == {county}, "the map begins in the county, once that is known"
    decide(unknown, "approve", **{approximate: "on", county: "18"})
    assert (unknown.state, unknown.spaces.get().county) == (State.APPROVED, "18")


def test_approve_asks_for_no_more_than_it_takes(coordinator_client):
    request = received(town="Atlantis")
    pinned = request.spaces.create(name="Brygga", town="Atlantis", latitude=59.9, longitude=10.7)
    coded = request.spaces.create(name="Kaia", town="Atlantis", postal_code="0150")
    request.spaces.create(name="Huset", town="Oslo")
    fields = coordinator_client.get(url(request, "approve")).context["form"].fields
    first = request.spaces.first().pk
    asked = {name for name in fields if name[-1].isdigit()}
    position = {"latitude", "longitude", "approximate"}
    assert asked == {
        *(f"{name}_{first}" for name in {"county", *position}),
        f"county_{pinned.pk}",
        *(f"{name}_{coded.pk}" for name in position),
    }


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


def test_approve_asks_for_the_pin_where_the_chosen_county_has_no_such_town(decide):
    request = received(town="Vik")
    county, latitude, longitude = (f"{name}_{request.spaces.get().pk}" for name in ("county", "latitude", "longitude"))
    assert set(decide(request, "approve").context["form"].errors) == {county}
    wrong = decide(request, "approve", **{county: "03"})
    assert set(wrong.context["form"].errors) == {latitude}
    assert wrong.context["form"][county].value() == "03"
    decide(request, "approve", **{county: "03", latitude: "59,9", longitude: "10,7"})
    assert request.state == State.APPROVED


def test_approve_as_new_asks_where_the_space_is_that_only_the_member_told(decide):
    known = SpaceFactory(name="Loftet", town="Atlantis", precision="exact")
    request = received(town="Atlantis", member=known.organisation)
    space = request.spaces.get()
    assert not [name for name in decide(request, "approve", whose="").context["form"].errors if name != "whose"]
    asked = {f"county_{space.pk}", f"latitude_{space.pk}"}
    assert set(decide(request, "approve", whose="new").context["form"].errors) == asked
    assert request.state == State.RECEIVED
