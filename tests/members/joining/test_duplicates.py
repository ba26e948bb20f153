import pytest
from django.utils.translation import override

from members.joining import duplicates
from members.joining.models import JoinRequest
from members.models import Organisation
from spaces.models import Space
from tests.factories import JoinRequestFactory, OrganisationFactory, SpaceFactory

pytestmark = pytest.mark.django_db

OSLO = {"town": "Oslo", "county": "03", "latitude": 59.9127, "longitude": 10.7461}
NUMBER = "923609016"


def request_for(town="Oslo", address="", position=(None, None), **fields):
    fields = {"name": "Loftet", "contact_email": "kari@gmail.com"} | fields
    request = JoinRequestFactory(state="received", **fields)
    latitude, longitude = position
    request.spaces.create(name=fields["name"], town=town, address=address, latitude=latitude, longitude=longitude)
    return request


def found(request):
    return {str(one.row): one.reasons for one in duplicates.organisations(request)}


def reasons(request):
    return [reason for one in found(request).values() for reason in one]


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def test_same_number_anywhere():
    OrganisationFactory(name="Helt Annet", organisation_number=NUMBER)
    assert found(request_for(organisation_number=NUMBER)) == {"Helt Annet": ["the same organisation number"]}


def test_no_number_is_like_none():
    SpaceFactory(name="Kaia", organisation__name="Kaia", **OSLO)
    assert found(request_for()) == {}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"website": "https://www.loft.example/om"}, {"website": "https://loft.example"}),
        ({"email": "post@loft.example"}, {"website": "http://WWW.loft.example/"}),
        ({"website": "https://loft.example"}, {"contact_email": "kari@Loft.example"}),
    ],
)
@pytest.mark.parametrize("of_space", [False, True])
def test_same_domain(theirs, ours, of_space):
    if of_space:
        SpaceFactory(name="Kaia", organisation__name="Kaia", town="Bodø", latitude=67.28, longitude=14.4, **theirs)
    else:
        OrganisationFactory(name="Kaia", **theirs)
    assert found(request_for(name="Berget", **ours)) == {"Kaia": ["the same web or e-mail domain"]}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"email": "ola@gmail.com"}, {"contact_email": "kari@gmail.com"}),
        ({"website": "https://www.facebook.com/kaia"}, {"website": "https://facebook.com/berget"}),
        ({"website": "https://notloft.example"}, {"website": "https://loft.example"}),
    ],
)
def test_domain_that_many_share_or_that_only_ends_alike_is_none(theirs, ours):
    OrganisationFactory(name="Kaia", **theirs)
    assert found(request_for(name="Berget", **ours)) == {}


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ("Blender Collective", "Blender"),
        ("Impact Hub Oslo", "Impact hub AS"),
        ("Atelieret", "Ateljeret"),
        ("Ærlig Hus", "Aerlig hus"),
    ],
)
def test_similar_name_in_the_same_town(known, name):
    SpaceFactory(name="Et sted", organisation__name=known, **OSLO)
    assert reasons(request_for(name=name))[0] in ("a similar name close by", "the same name")


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ("Impact Hub", "Hub Lhmr"),
        ("Coworking Oslo", "Oslo Kontorfellesskap"),
        ("Fabrikken", "Tinghuset"),
        ("657", "!"),
        ("Hub Sentrum", "Hub"),
    ],
)
def test_names_that_share_only_common_words_are_not_similar(known, name):
    SpaceFactory(name="Et sted", organisation__name=known, **OSLO)
    assert found(request_for(name=name)) == {}


@pytest.mark.parametrize(("latitude", "close"), [(60.15, True), (60.25, False)])
def test_similar_name_within_thirty_kilometres(latitude, close):
    SpaceFactory(name="Et sted", organisation__name="Atelieret", **OSLO | {"town": "Et annet sted"})
    request = request_for(name="Ateljeret", town="Oslo", position=(latitude, 10.7461))
    assert bool(found(request)) == close


def test_same_name_far_away():
    SpaceFactory(name="Coworx", organisation__name="Coworx", **OSLO)
    assert found(request_for(name="coworx", town="Tromsø")) == {"Coworx": ["the same name"]}


@pytest.mark.parametrize(("address", "same"), [("Storgaten 5", True), ("storgata 5", True), ("Storgata 7", False)])
def test_same_address_in_the_same_town(address, same):
    SpaceFactory(name="Kaia", organisation__name="Kaia", address="Storgata 5", **OSLO)
    assert found(request_for(address=address)) == ({"Kaia": ["the same address"]} if same else {})


def test_same_address_in_another_town_is_another():
    SpaceFactory(name="Kaia", organisation__name="Kaia", address="Storgata 5", **OSLO | {"town": "Sandvika"})
    assert found(request_for(address="Storgata 5")) == {}


def test_likeliest_comes_first_with_its_spaces():
    SpaceFactory(name="Loftet", organisation__name="Loftet", **OSLO)
    other = SpaceFactory(name="Kaia", organisation__name="Kaia", organisation__organisation_number=NUMBER, **OSLO)
    first, second = duplicates.organisations(request_for(organisation_number=NUMBER))
    assert (first.row.name, second.row.name) == ("Kaia", "Loftet")
    assert first.spaces == [other]


@pytest.mark.parametrize("state", JoinRequest.State)
def test_other_requests_that_are_undecided_or_declined(state):
    other = JoinRequestFactory(state=state, name="Loftet AS")
    other.spaces.create(name="Loftet", town="Oslo")
    alike = duplicates.requests(request_for())
    assert [one.row for one in alike] == ([other] if state in [*JoinRequest.UNDECIDED, "declined"] else [])


def test_few_queries_however_large_the_network(django_assert_max_num_queries):
    owners = Organisation.objects.bulk_create(
        [OrganisationFactory.build(name=f"Kaia {number}", slug=f"kaia-{number}") for number in range(500)]
    )
    Space.objects.bulk_create(
        [SpaceFactory.build(organisation=owners[n % 500], slug=f"hus-{n}", name=f"Hus {n}") for n in range(2000)]
    )
    last = SpaceFactory(name="Loftet", organisation__name="Drift", **OSLO)
    JoinRequestFactory.create_batch(30, state="received")
    request = request_for()
    with django_assert_max_num_queries(6):
        assert last.organisation in [one.row for one in duplicates.organisations(request)]
        duplicates.requests(request)
