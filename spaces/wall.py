"""Organisations as notes on a wall, the newest spaces and that of the day: few of however many."""

from datetime import date
from typing import NamedTuple

from django.db.models import Count, Exists, Max, Min, OuterRef
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.search_text import sort_key
from members.models import Organisation, Visibility

from .models import Space
from .querysets import CARD_FIELDS

MAX_NOTES = 30  # on the landing page; the others are on the members' page
NEWEST = 3
NOTE_FIELDS = ["name", "slug", "status", "logo"]


class Note(NamedTuple):
    """An organisation on the wall; `url` leads to its only space if it has no other."""

    name: str
    url: str
    is_member: bool
    towns: str
    logo: str


def wall() -> list[Note]:
    members = list(Organisation.objects.members().only(*NOTE_FIELDS)[:MAX_NOTES])
    room = MAX_NOTES - len(members)
    return notes([*members, *(Organisation.objects.upcoming().only(*NOTE_FIELDS)[:room] if room else [])])


def notes(organisations) -> list[Note]:
    # Counted by the database, and no reverse() for each: an organisation may have hundreds of spaces.
    spaces = _spaces_of([organisation.pk for organisation in organisations])
    addresses = [reverse(name, args=["--"]) for name in ("members:organisation", "spaces:space")]
    return [_note(organisation, spaces.get(organisation.pk, []), *addresses) for organisation in organisations]


def _note(organisation, spaces, address, address_of_space) -> Note:
    has_one = sum(count for count, *_others in spaces) == 1
    return Note(
        organisation.name,
        address_of_space.replace("--", spaces[0][1]) if has_one else address.replace("--", organisation.slug),
        organisation.is_member,
        _in_words(*spaces[0][2:]) if spaces else "",
        organisation.logo.url if organisation.is_member and organisation.logo else "",
    )


def _spaces_of(organisations: list[int]) -> dict[int, list[tuple[int, str, int, str, str]]]:
    """Return by organisation, of its members' spaces and then of the upcoming: number, a slug, number of towns, two."""
    rows = Space.objects.public().filter(organisation__in=organisations).order_by("visibility")
    counts = Count("pk"), Min("slug"), Count("town", distinct=True), Min("town"), Max("town")
    spaces = {}
    for key, _visibility, *counted in rows.values_list("organisation", "visibility").annotate(*counts):
        spaces.setdefault(key, []).append(counted)
    return spaces


def _in_words(number: int, *towns: str) -> str:
    if number > 2:
        return ngettext("%(number)s town", "%(number)s towns", number) % {"number": number}
    return get_text_list(sorted(set(towns), key=sort_key), _("and"))


def newest_spaces() -> list[Space]:
    """Return spaces of the members who joined last; none where nobody knows when."""
    has_space = Exists(Space.objects.filter(organisation=OuterRef("pk"), visibility=Visibility.MEMBER))
    known = Organisation.objects.members().exclude(member_since=None).filter(has_space)
    latest = known.order_by("-member_since", "-pk").values("pk")[:NEWEST]
    spaces = Space.objects.members().filter(organisation__in=latest).only(*CARD_FIELDS).prefetch_related("photos")
    return list(spaces.order_by("-organisation__member_since", "sort_name", "pk")[:NEWEST])


def space_of_day(day: date, number: int) -> Space | None:
    """Return a space of this number of the members', each on a day of its own before the first comes again."""
    turn = day.toordinal() % number
    # From south to north, by the order of an index: of very many none is read but this one.
    keys = Space.objects.members().order_by("latitude", "longitude", "pk").values("pk")[turn : turn + 1]
    found = Space.objects.filter(pk__in=keys).order_by().select_related("organisation").only(*CARD_FIELDS)
    return next(iter(found.prefetch_related("photos")), None)
