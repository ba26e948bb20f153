"""Finds the organisations and other join requests that may be the same as the one that asks to join.

The database selects at most MAX_CANDIDATES of each, however large the network; Python then scores them.
"""

from difflib import SequenceMatcher
from math import cos, radians
from typing import NamedTuple
from urllib.parse import urlsplit

from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext as _

from core.distance import distance_km
from core.search_text import fold, sort_key
from norway.addresses import address_key
from norway.places import town_name
from spaces.location import locate_request
from spaces.models import Space

from ..models import Organisation
from .models import JoinRequest

MAX_CANDIDATES = 300
NEARBY_KM = 30
KM_A_DEGREE = 111.2  # of latitude
MIN_SIMILARITY = 0.8  # of SequenceMatcher's ratio
# Words that many names share, and domains that many people do.
# fmt: off
GENERIC = {
    "and", "as", "ba", "cowork", "coworking", "hub", "hus", "huset", "i", "kontor", "kontorfellesskap", "norge",
    "norway", "og", "sa", "the",
}
SHARED_DOMAINS = {
    "altibox.no", "broadpark.no", "c2i.net", "facebook.com", "fastmail.com", "frisurf.no", "getmail.no", "gmail.com",
    "gmx.com", "gmx.net", "googlemail.com", "hotmail.com", "hotmail.no", "icloud.com", "instagram.com", "linkedin.com",
    "linktr.ee", "live.com", "live.no", "lyse.net", "mac.com", "me.com", "msn.com", "online.no", "outlook.com",
    "outlook.no", "pm.me", "proton.me", "protonmail.com", "sites.google.com", "sol.no", "start.no", "tele2.no",
    "yahoo.com", "yahoo.no",
}
# fmt: on


class Place(NamedTuple):
    """Town folded and address as its key; the position in WGS 84 degrees, if it is known."""

    town: str
    address: str
    position: tuple[float, float] | None

    def is_near(self, other) -> bool:
        if self.town == other.town:
            return True
        return bool(self.position and other.position and distance_km(self.position, other.position) <= NEARBY_KM)


class Identity(NamedTuple):
    """What distinguishes an applicant or an organisation from another."""

    number: str
    names: set[str]
    domains: set[str]
    places: list[Place]


class Duplicate(NamedTuple):
    """An organisation with its similar spaces, or a join request; the strongest reason comes first."""

    row: Organisation | JoinRequest
    spaces: list
    reasons: list[str]
    weight: int


def organisations(join_request) -> list[Duplicate]:
    """Return the likeliest first."""
    candidate = _of_request(join_request)
    spaces = {}
    for space in _spaces_like(candidate, join_request):
        spaces.setdefault(space.organisation, []).append(space)
    domains = _has_domain(candidate.domains, "website", "email")
    known = Q(sort_name=sort_key(join_request.name)) | domains
    if candidate.number:
        known |= Q(organisation_number=candidate.number)
    for organisation in Organisation.objects.filter(known).order_by("pk")[:MAX_CANDIDATES]:
        spaces.setdefault(organisation, [])
    found = [_score(candidate, row, _of_organisation(row, own), own) for row, own in spaces.items()]
    return _rank(found)


def requests(join_request) -> list[Duplicate]:
    """Return others that are undecided or were declined, the likeliest first."""
    states = [*JoinRequest.UNDECIDED, JoinRequest.State.DECLINED]
    others = JoinRequest.objects.filter(state__in=states).exclude(pk=join_request.pk).prefetch_related("spaces")
    candidate = _of_request(join_request)
    return _rank(_score(candidate, row, _of_request(row), []) for row in others.order_by("-created")[:MAX_CANDIDATES])


def _rank(duplicates):
    return sorted((duplicate for duplicate in duplicates if duplicate.reasons), key=lambda found: -found.weight)


def _score(candidate: Identity, row, other: Identity, spaces) -> Duplicate:
    nearby = [(ours, theirs) for ours in candidate.places for theirs in other.places if ours.is_near(theirs)]
    names = [(ours, theirs) for ours in candidate.names for theirs in other.names]
    same_name = bool(candidate.names & other.names)
    towns = {place.town for place in [*candidate.places, *other.places]}
    tests = [
        (8, candidate.number and candidate.number == other.number, _("the same organisation number")),
        (4, candidate.domains & other.domains, _("the same web or e-mail domain")),
        (3, any(_same_address(*pair) for pair in nearby), _("the same address")),
        (2, same_name, _("the same name")),
        (1, not same_name and nearby and any(similar(*pair, towns) for pair in names), _("a similar name close by")),
    ]
    reasons = [(weight, text) for weight, is_met, text in tests if is_met]
    return Duplicate(row, spaces, [text for _weight, text in reasons], sum(weight for weight, _text in reasons))


def similar(one: str, other: str, towns: set[str]) -> bool:
    """Return whether two folded names are nearly equal, apart from generic words and the towns' names."""
    one, other = _distinctive_words(one, towns), _distinctive_words(other, towns)
    if not (one and other):
        return False
    if one <= other or other <= one:
        return True
    return SequenceMatcher(None, " ".join(sorted(one)), " ".join(sorted(other))).ratio() >= MIN_SIMILARITY


def _distinctive_words(name, towns):
    words = set(name.split())
    return (words - GENERIC - {word for town in towns for word in town.split()}) or words


def _same_address(one: Place, other: Place):
    return one.address and one.address == other.address and one.town == other.town


def _spaces_like(candidate: Identity, join_request):
    """Return those near by, and those anywhere with the same domain; first those that begin alike."""
    beginnings = [word[:4] for name in candidate.names for word in name.split() if word not in GENERIC]
    beginnings += [place.address[:4] for place in candidate.places if place.address]
    # Q(pk=None) matches nothing, where an empty Q() would match every row.
    alike = Q(pk=None)
    for text in beginnings:
        alike |= Q(search_text__contains=text) | Q(organisation__search_text__contains=text)
    near = Q(pk=None)
    for place in candidate.places:
        near |= Q(search_text__contains=place.town)
        if place.position:
            near |= _around(place.position)
    near |= _has_domain(candidate.domains, "website", "email", "organisation__website", "organisation__email")
    order = Case(When(alike, then=Value(0)), default=Value(1))
    return Space.objects.filter(near).select_related("organisation").order_by(order, "pk")[:MAX_CANDIDATES]


def _around(position):
    latitude, longitude = position
    high = NEARBY_KM / KM_A_DEGREE
    wide = high / cos(radians(latitude))
    return Q(latitude__range=(latitude - high, latitude + high), longitude__range=(longitude - wide, longitude + wide))


def _has_domain(domains, *columns):
    found = Q(pk=None)
    for domain in domains:
        for column in columns:
            found |= Q(**{f"{column}__icontains": domain})
    return found


def _of_request(row: JoinRequest) -> Identity:
    spaces = list(row.spaces.all())
    locations = [(space.address, locate_request(space)) for space in spaces]
    places = [Place(fold(at.town), address_key(address), at.position) for address, at in locations]
    names = {fold(row.name), *(fold(space.name) for space in spaces)}
    return Identity(row.organisation_number, names, _domains(row.website, row.contact_email), places)


def _of_organisation(row: Organisation, spaces) -> Identity:
    names = {fold(row.name), *(fold(space.name) for space in spaces)}
    contacts = [text for one in [row, *spaces] for text in (one.website, one.email)]
    places = [
        Place(fold(town_name(space.town, space.county)), address_key(space.address), (space.latitude, space.longitude))
        for space in spaces
    ]
    return Identity(row.organisation_number, names, _domains(*contacts), places)


def _domains(*contacts: str) -> set[str]:
    """Return the domains of web and e-mail addresses, except those that many people share."""
    hosts = {urlsplit(text).hostname if "://" in text else text.rpartition("@")[2] for text in contacts if text}
    return {host.lower().removeprefix("www.") for host in hosts if host} - SHARED_DOMAINS
