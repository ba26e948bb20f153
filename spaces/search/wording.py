"""What the directory says that it found, in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.templatetags.core import grouped
from norway.names import in_place
from norway.place_lookup import known_place

from .filters import FILTERS


def heading(search) -> str:
    """Return how many members were found by what, or that none was."""
    if not search.member_count:
        return nothing_found(search)
    spaces = ngettext("%(count)s space", "%(count)s spaces", search.member_count)
    spaces = described(search, spaces % {"count": grouped(search.member_count)})
    if not search.centre:
        return spaces
    if search.centre.name:
        return _("%(spaces)s, nearest to %(place)s first") % {"spaces": spaces, "place": search.centre.name}
    return _("%(spaces)s, nearest to you first") % {"spaces": spaces}


def nothing_found(search) -> str:
    if not search.is_filtered:
        return _("No space is open yet")
    if search.place_alone:
        return _("No members %(where)s yet") % {"where": search.where}
    if search.is_open_now:
        return described(search, _("Nobody has said that they are open now"), leaving_out=["open"])
    if search.is_open_tomorrow:
        return described(search, _("Nobody has said that they are open tomorrow"), leaving_out=["tomorrow"])
    return described(search, _("No members"))


def described(search, spaces: str, leaving_out=()) -> str:
    # Each text holds the words that it adds to, so that a translation may order them as it likes.
    if search.query:
        spaces = _("%(spaces)s for “%(query)s”") % {"spaces": spaces, "query": search.query}
    if search.place_name:
        spaces = f"{spaces} {in_place(search.place_name)}"
    if search.area:
        spaces = _("%(spaces)s in this part of the map") % {"spaces": spaces}
    for each in FILTERS:
        if search.values[each.name] and each.name not in leaving_out:
            spaces = each.describe(spaces, search.values[each.name])
    return spaces


def place_alone(search) -> str:
    """Return the town or county that was searched, if nothing else narrows the search."""
    narrowing = {name for name, value in search.values.items() if value} - {"near", "coming"}
    if narrowing == {"q"}:
        return place_named(search.query)
    return search.place_name if narrowing <= {"county", "town"} else ""


def place_named(words: str) -> str:
    """Return the place that the words name and nothing besides, or a blank."""
    known = known_place(words)
    if known and known.centre:
        return known.centre.name
    return known.counties[0].label if known and len(known.counties) == 1 else ""
