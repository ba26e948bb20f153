"""What the page of a space tells of it, and what it lacks."""

from datetime import date
from functools import cached_property

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from .directions import Route, routes_to
from .opening_hours import Timetable, spans_on, timetable

# Of one photo, of two and of more; see gallery.css.
COVER_SIZES = (
    "(min-width: 1440px) 1360px, 100vw",
    "(min-width: 1440px) 870px, (min-width: 860px) 60vw, 92vw",
    "(min-width: 1440px) 640px, (min-width: 860px) 45vw, 92vw",
)


class SpaceDetail:
    """A space with its photos, as its page shows it on a day."""

    def __init__(self, space, photos, on: date):
        self.space, self.photos, self.on = space, photos, on

    @cached_property
    def hours(self) -> Timetable | None:
        return timetable(self.space.opening_hours, self.on)

    @property
    def hours_today(self) -> list[str]:
        """Return such spans as "08:00–16:00", none if it is closed."""
        return spans_on(self.space.opening_hours, self.on)

    @cached_property
    def routes(self) -> list[Route]:
        return routes_to(self.space)

    @property
    def has_card(self) -> bool:
        """Return whether a visitor can be told where or when to come, or whom to ask."""
        return bool(self.space.address or self.routes or self.hours or self.space.has_contact)

    @property
    def cover_sizes(self) -> str:
        """Return how wide the first photo is, for the preload and the picture: if they differ, two are fetched."""
        return COVER_SIZES[min(len(self.photos), len(COVER_SIZES)) - 1]

    @property
    def credits(self) -> str:
        return ", ".join(dict.fromkeys(photo.credit for photo in self.photos if photo.credit))

    @property
    def missing(self) -> str:
        """Return what a member has not told, as part of a sentence."""
        space = self.space
        if not space.is_member:
            return ""
        known = {
            _("street address"): space.address,
            _("opening hours"): self.hours,
            _("contact details"): space.has_contact,
            _("a few words about the space"): space.description,
            _("photos"): self.photos,
        }
        return get_text_list([name for name, value in known.items() if not value], _("and"))
