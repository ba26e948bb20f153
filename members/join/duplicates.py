"""Who among the network's organisations and the other join requests may be the one that asks to join.

The database brings at most CANDIDATES of each sort, however large the network; Python then judges each.
"""

import re
from difflib import SequenceMatcher
from math import cos, radians
from typing import NamedTuple
from urllib.parse import urlsplit

from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext as _

from ..folding import fold, sort_key
from ..models import JoinRequest, Organisation
from ..norway import distance_km

Space = Organisation._meta.get_field("spaces").related_model

CANDIDATES = 300
NEARBY_KM = 30
KM_A_DEGREE = 111.2  # of latitude
SIMILAR = 0.8  # of SequenceMatcher's ratio
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
STREETS = [(r"(gaten|gata|gate|gt)\b", "gt"), (r"(veien|vegen|vei|veg|vn)\b", "v")]


class Place(NamedTuple):
    """Town and address folded; the position in WGS 84 degrees, where it is known."""

    town: str
    address: str
    position: tuple[float, float] | None

    def is_near(self, other) -> bool:
        if self.town == other.town:
            return True
        return bool(self.position and other.position and distance_km(self.position, other.position) <= NEARBY_KM)


class Party(NamedTuple):
    """What tells one who asks, or is in, from another."""

    number: str
    names: set[str]
    domains: set[str]
    places: list[Place]


class Duplicate(NamedTuple):
    """An organisation with its spaces that are alike, or a join request, and why, the surest reason first."""

    row: Organisation | JoinRequest
    spaces: list
    reasons: list[str]
    weight: int


def organisations(join_request) -> list[Duplicate]:
    """The likeliest first."""
    asked = _of_request(join_request)
    spaces = {}
    for space in _spaces_like(asked, join_request):
        spaces.setdefault(space.organisation, []).append(space)
    domains = _has_domain(asked.domains, "website", "email")
    known = Q(sort_name=sort_key(join_request.name)) | domains
    if asked.number:
        known |= Q(organisation_number=asked.number)
    for organisation in Organisation.objects.filter(known).order_by("pk")[:CANDIDATES]:
        spaces.setdefault(organisation, [])
    found = [_judge(asked, row, _of_organisation(row, own), own) for row, own in spaces.items()]
    return _likeliest(found)


def requests(join_request) -> list[Duplicate]:
    """Others that are undecided or were declined."""
    states = [*JoinRequest.UNDECIDED, JoinRequest.State.DECLINED]
    others = JoinRequest.objects.filter(state__in=states).exclude(pk=join_request.pk).prefetch_related("spaces")
    asked = _of_request(join_request)
    return _likeliest(_judge(asked, row, _of_request(row), []) for row in others.order_by("-created")[:CANDIDATES])


def _likeliest(found):
    return sorted((one for one in found if one.reasons), key=lambda one: -one.weight)


def _judge(asked: Party, row, other: Party, spaces) -> Duplicate:
    here = [(ours, theirs) for ours in asked.places for theirs in other.places if ours.is_near(theirs)]
    named = [(ours, theirs) for ours in asked.names for theirs in other.names]
    towns = {place.town for place in [*asked.places, *other.places]}
    judged = [
        (8, asked.number and asked.number == other.number, _("the same organisation number")),
        (4, asked.domains & other.domains, _("the same web or e-mail domain")),
        (3, any(_same_address(*pair) for pair in here), _("the same address")),
        (2, any(ours == theirs for ours, theirs in named), _("the same name")),
        (1, here and any(similar(*pair, towns) for pair in named), _("a similar name close by")),
    ]
    reasons = [(weight, text) for weight, holds, text in judged if holds]
    if {weight for weight, _text in reasons} >= {2, 1}:
        reasons = [(weight, text) for weight, text in reasons if weight != 1]
    return Duplicate(row, spaces, [text for _weight, text in reasons], sum(weight for weight, _text in reasons))


def similar(one: str, other: str, towns: set[str]) -> bool:
    """Whether two folded names are nearly one, apart from words that many names share and the towns' names."""
    one, other = _telling(one, towns), _telling(other, towns)
    if not (one and other):
        return False
    if one <= other or other <= one:
        return True
    return SequenceMatcher(None, " ".join(sorted(one)), " ".join(sorted(other))).ratio() >= SIMILAR


def _telling(name, towns):
    words = set(name.split())
    return (words - GENERIC - {word for town in towns for word in town.split()}) or words


def _same_address(one: Place, other: Place):
    return one.address and one.address == other.address and one.town == other.town


def _spaces_like(asked: Party, join_request):
    """Those near by, first whose name or address begins alike; and those anywhere with the same domain."""
    beginnings = [word[:4] for name in asked.names for word in name.split() if word not in GENERIC]
    beginnings += [place.address[:6] for place in asked.places if place.address]
    alike = Q(pk=None)
    for text in beginnings:
        alike |= Q(search_text__contains=text) | Q(organisation__search_text__contains=text)
    near = Q(pk=None)
    for place in asked.places:
        near |= Q(search_text__contains=place.town)
        if place.position:
            near |= _around(place.position)
    near |= _has_domain(asked.domains, "website", "email", "organisation__website", "organisation__email")
    order = Case(When(alike, then=Value(0)), default=Value(1))
    return Space.objects.filter(near).select_related("organisation").order_by(order, "pk")[:CANDIDATES]


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


def _of_request(row: JoinRequest) -> Party:
    places, spaces = [], list(row.spaces.all())
    for space in spaces:
        location = Space.objects.location_of(space)
        places.append(_place(space, location and (location.latitude, location.longitude)))
    names = {fold(row.name), *(fold(space.name) for space in spaces)}
    return Party(row.organisation_number, names, _domains(row.website, row.contact_email), places)


def _of_organisation(row: Organisation, spaces) -> Party:
    names = {fold(row.name), *(fold(space.name) for space in spaces)}
    contacts = [text for one in [row, *spaces] for text in (one.website, one.email)]
    places = [_place(space, (space.latitude, space.longitude)) for space in spaces]
    return Party(row.organisation_number, names, _domains(*contacts), places)


def _place(space, position):
    address = fold(space.address)
    for pattern, short in STREETS:
        address = re.sub(pattern, short, address)
    return Place(fold(space.town), address, position)


def _domains(*contacts: str) -> set[str]:
    """Of web and e-mail addresses, but for those that many share."""
    hosts = {urlsplit(text).hostname if "://" in text else text.rpartition("@")[2] for text in contacts if text}
    return {host.lower().removeprefix("www.") for host in hosts if host} - SHARED_DOMAINS
