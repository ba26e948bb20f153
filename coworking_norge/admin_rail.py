"""The rail beside every page of the admin: where one may go, in the network's own words and in order of use."""

from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from post_office.models import STATUS, Email

from accounts.models import Coordinator
from core.admin_tasks import bounded_count, in_figures
from core.bin.models import Deletion
from members.joining.models import JoinRequest
from members.mailings.models import Mailing
from members.models import Organisation
from pages.models import Agreement, News, Page, SiteSettings
from spaces.models import Amenity, Space

FIRST = [JoinRequest, Space, Organisation, Coordinator]
MORE = [[Page, News, Agreement, SiteSettings], [Mailing, Email, Amenity, Deletion]]
LABELS = {JoinRequest: _("Applications"), Deletion: _("Bin")}  # else what the admin calls the list
COUNTS = {
    JoinRequest: (JoinRequest.objects.for_coordinators(), _("waiting for you")),
    Email: (Email.objects.filter(status=STATUS.failed), _("not delivered")),
}


class Place(NamedTuple):
    """`icon` is in core/icons.svg; `count` says how many need somebody, and `counted` what is counted."""

    url: str
    label: str
    icon: str
    count: str = ""
    counted: str = ""


class Rail(NamedTuple):
    """The places that always stand there, and groups of those that a narrow window folds."""

    first: list[Place]
    more: list[list[Place]]


def rail(apps, *, has_log: bool) -> Rail:
    """Return all that stands in these apps, which are Django's `available_apps` of a user."""
    entries = {entry["model"]: entry for app in apps for entry in app["models"] if entry["admin_url"]}
    first, texts, rest = (
        [place(entries.pop(model)) for model in group if model in entries] for group in [FIRST, *MORE]
    )
    today = Place(reverse("admin:index"), _("Today"), "today")
    log = [Place(reverse("admin:log"), _("Log"), "log")] if has_log else []
    others = [place(entry) for entry in entries.values()]  # a super-user's
    return Rail([today, *first], [group for group in (texts, [*rest, *log], others) if group])


def place(entry) -> Place:
    model = entry["model"]
    found = Place(entry["admin_url"], LABELS.get(model, entry["name"]), model._meta.model_name)
    if model not in COUNTS:
        return found
    rows, counted = COUNTS[model]
    number = bounded_count(rows)
    return found._replace(count=in_figures(number), counted=counted) if number else found
