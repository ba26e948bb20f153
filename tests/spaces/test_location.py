"""Where a space stands: the admin form, the spreadsheet, the applicant's form, the decision page and approval agree."""

from html import unescape

import pytest
from django.utils import translation

from members.joining.models import JoinRequest
from norway.places import town_centre
from spaces.location import locate_request
from spaces.models import Space
from spaces.spreadsheet.importing import SpaceImport
from tests.factories import JoinRequestFactory, SpaceFactory
from tests.members.joining.deciding import STEPS, every_change, url
from tests.members.joining.form import SPACE
from tests.members.joining.form import send as send_form

from .spreadsheet.rows import store

pytestmark = pytest.mark.django_db

OSLO, BODO, LIER = (town_centre(town, None) for town in ("Oslo", "Bodø", "Lier"))
OTHERS = KRISTIANSAND, KRISTIANSUND, KAUTOKEINO, TANA, LONGYEARBYEN = [
    town_centre(town, None) for town in ("Kristiansand", "Kristiansund", "Kautokeino", "Tana", "Longyearbyen")
]
DOOR = {"latitude": 59.92, "longitude": 10.75}
NO_TOWN, NO_COUNTY = "Say which town it is in.", "Choose which county it is in."
NO_CENTRE = "We do not know where Atlantis is. Place the pin, or write latitude and longitude."
OTHER_COUNTY = "Postal code 0150 is in Oslo. Is the county right?"
FAR = "The pin stands 838 km from Bodø. Is it right?"

# What is typed; where it stands, or what is wrong, by field; what is worth a second look.
NEW = {
    "a town": ({"town": "Oslo"}, OSLO, []),
    "a town and its postal code": ({"town": "Oslo", "postal_code": "0150"}, OSLO, []),
    "a postal code alone": ({"town": "", "postal_code": "0150"}, OSLO, []),
    "a town in another letter": ({"town": "Lier"}, LIER, []),
    "a postal code of another county": ({"town": "Bodø", "postal_code": "0150", "county": "18"}, BODO, [OTHER_COUNTY]),
    "a postal code that is not known": ({"town": "Bodø", "postal_code": "9999"}, BODO, []),
    "a pin": ({"town": "Oslo"} | DOOR, OSLO._replace(**DOOR), []),
    "a pin far away": ({"town": "Bodø"} | DOOR, BODO._replace(**DOOR), [FAR]),
    "a pin at the very centre": ({"town": "Oslo", "latitude": OSLO.latitude, "longitude": OSLO.longitude}, OSLO, []),
    "a town that is not known": ({"town": "Atlantis", "county": "03"}, {"position": NO_CENTRE}, []),
    "a town and county that are not known": ({"town": "Atlantis"}, {"position": NO_CENTRE, "county": NO_COUNTY}, []),
    "a town of two counties": ({"town": "Vik"}, {"county": NO_COUNTY}, []),
    "a pin where no centre is known": ({"town": "Atlantis"} | DOOR, {"county": NO_COUNTY}, []),
    "a postal code of Svalbard": ({"town": "", "postal_code": "9170"}, LONGYEARBYEN, []),
    "a town as the Post calls it": ({"town": "Kristiansand S"}, KRISTIANSAND, []),
    "in capitals": ({"town": "KRISTIANSUND N", "postal_code": "6509"}, KRISTIANSUND, []),
    "in Sámi": ({"town": "Guovdageaidnu"}, KAUTOKEINO, []),
    "in both": ({"town": "Deatnu – Tana"}, TANA, []),
}

# A space that stands at a door in Oslo, and where it stands once this is changed.
KNOWN = {"address": "Gata 1", "postal_code": "0150", "town": "Oslo", "municipality": "Oslo", "county": "03"} | DOOR
AT_CENTRE = {"latitude": "", "longitude": "", "precision": "town"}
NEXT_DOOR = {"latitude": 59.93, "longitude": 10.76}
STILL_RIGHT = "The address changed, but the pin has not moved. Is it still right?"
EDITED = {
    "nothing": ({}, OSLO._replace(**DOOR), []),
    "the pin": (NEXT_DOOR, OSLO._replace(**NEXT_DOOR), []),
    "the address and the pin": ({"address": "Gata 2"} | NEXT_DOOR, OSLO._replace(**NEXT_DOOR), []),
    "the address": ({"address": "Gata 2"}, OSLO._replace(**DOOR), [STILL_RIGHT]),
    "the postal code": ({"postal_code": "0151"}, OSLO._replace(**DOOR), [STILL_RIGHT]),
    "the postal code, the town emptied": (
        {"postal_code": "8001", "town": "", "county": ""},
        BODO._replace(**DOOR),
        [STILL_RIGHT],
    ),
    "town and county": ({"town": "Bodø", "county": "18"}, BODO._replace(**DOOR), [STILL_RIGHT, OTHER_COUNTY]),
    "the municipality emptied": ({"municipality": ""}, OSLO._replace(**DOOR), []),
    "the pin to the town centre": (AT_CENTRE, OSLO, []),
    "all, to another town's centre": (
        {"address": "", "postal_code": "8001", "town": "Bodø", "county": "18"} | AT_CENTRE,
        BODO,
        [],
    ),
}
# A request brings no pin of its own unless the applicant placed one.
REQUESTED = {name: EDITED[name] for name in ("nothing", "the pin", "the address and the pin", "the postal code")}
REQUESTED["the address"] = ({"address": "Gata 2"}, OSLO, [])


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def surfaces(send, client, coordinator, coordinator_client):
    """Return the five as functions of what was typed that return a place or faults, and remarks."""

    def by_admin(typed):
        tick = {} if "latitude" in typed else {"at_town_centre": "on", "latitude": "", "longitude": ""}
        cells = {"town": "", "county": "", "postal_code": "", "precision": "town"} | typed | tick
        response = send(name="Huset", slug="huset", **cells)
        faults = {field: texts[0] for field, texts in response.faults.items()}
        return place_of(Space.objects.filter(slug="huset").first()) or faults, remarks_of(response)

    def by_spreadsheet(typed):
        cells = {"organisation": "Huset AS", "name": "Huset"} | {name: str(value) for name, value in typed.items()}
        spaces = SpaceImport("\n".join(map(";".join, (cells, cells.values()))).encode())
        faults = {label.lower(): text for _row, _line, label, text in spaces.faults}
        if not faults:
            spaces.store(by=coordinator)
        stored = Space.objects.filter(organisation__name="Huset AS").first()
        return place_of(stored) or faults, [remark.text for remark in spaces.notes]

    def request_of(typed):
        request = JoinRequestFactory(state=JoinRequest.State.RECEIVED, name="Søker")
        request.spaces.create(name="Søkerhuset", **typed)
        return request

    def by_decision(typed):
        page = unescape(coordinator_client.get(url(request_of(typed))).content.decode())
        is_unknown = "We do not know where this is. You are asked when you approve." in page
        location = locate_request(request_of(typed).spaces.get())
        assert bool(location.faults) is is_unknown
        assert location.is_approximate is ("it will be shown at the town centre" in page)
        return location.faults or place_of(location), [text for text in location.remarks if text in page]

    def by_approval(typed):
        request = request_of(typed)
        form = coordinator_client.post(url(request, "approve"), STEPS["approve"][0] | {"seen": 0})
        if form.context is None or "form" not in form.context:
            return place_of(Space.objects.get(organisation__name="Søker")), None
        return {name.partition("_")[0]: texts[0] for name, texts in form.context["form"].errors.items()}, None

    def by_applicant(typed):
        fields = {name: value for name, value in typed.items() if name != "county"}
        send_form(client, SPACE | {"address": "", "postal_code": ""} | fields)
        asked = JoinRequest.objects.get(name="Ærlig hus").spaces.get()
        asked.county = typed.get("county", "")  # which no applicant is asked for
        with translation.override("en"):
            location = locate_request(asked)
        return location.faults or place_of(location), location.remarks

    return [by_admin, by_spreadsheet, by_decision, by_approval, by_applicant]


@pytest.fixture
def known():
    return SpaceFactory(name="Huset", slug="huset", precision="exact", **KNOWN)


@pytest.fixture
def edits(send, known):
    """Return the two ways to edit a space as functions of the changes that return remarks."""

    def by_admin(changes):
        cells = KNOWN | {"precision": "exact"} | changes
        response = send(known, **cells | ({"at_town_centre": "on"} if cells["latitude"] == "" else {}))
        assert not response.faults
        return remarks_of(response)

    def by_spreadsheet(changes):
        return [remark.text for remark in store({"slug": "huset"} | {k: str(v) for k, v in changes.items()}).notes]

    return {"admin": by_admin, "spreadsheet": by_spreadsheet}


def place_of(space):
    return space and (space.town, space.county, space.municipality, space.latitude, space.longitude, space.precision)


def remarks_of(response):
    told = [unescape(str(message)) for message in response.context["messages"]] if response.context else []
    return [text for text in told if "?" in text]


@pytest.mark.parametrize("name", NEW)
def test_a_new_space_stands_where_all_five_say(surfaces, name):
    typed, wanted, remarks = NEW[name]
    for surface in surfaces:
        found, told = surface(typed)
        if isinstance(wanted, dict):
            fields = {"latitude": "position", "at_town_centre": "position"}
            assert {fields.get(field, field): text for field, text in found.items()} == wanted, surface.__name__
        else:
            assert found == standing_at(wanted), surface.__name__
            assert told in (remarks, None), surface.__name__


def standing_at(place):
    precision = "town" if place in (OSLO, BODO, LIER, *OTHERS) else "exact"
    return place.town, place.county, place.municipality, place.latitude, place.longitude, precision


@pytest.mark.parametrize("surface", ["admin", "spreadsheet"])
@pytest.mark.parametrize("name", EDITED)
def test_an_edited_space_stands_where_form_and_spreadsheet_say(edits, known, surface, name):
    changes, wanted, remarks = EDITED[name]
    assert edits[surface](changes) == remarks
    known.refresh_from_db()
    assert place_of(known) == standing_at(wanted)


@pytest.mark.parametrize("name", REQUESTED)
def test_a_requested_space_that_is_known_stands_where_the_decision_says(coordinator, known, name):
    changes, wanted, _remarks = REQUESTED[name]
    request = JoinRequestFactory(state=JoinRequest.State.RECEIVED, meets_all=True, member=known.organisation)
    requested = request.spaces.create(name="Huset", town="Oslo", **changes)
    [proposal] = Space.objects.proposals([requested], known.organisation)
    assert place_of(proposal.location) == standing_at(wanted)
    request.approve(by=coordinator, accepted=every_change(request, known.organisation))
    known.refresh_from_db()
    assert place_of(known) == standing_at(wanted)
