"""One search over what coordinators keep: the first of each kind, found as its own list finds them."""

from typing import NamedTuple

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.text import capfirst

from core.history import full_name
from core.search_text import fold
from members.joining.models import JoinRequest
from members.models import Organisation
from spaces.models import Space

MODELS = [Space, Organisation, JoinRequest, get_user_model()]
MAX_HITS = 8  # of each kind
MAX_CHARS = 100


class Hit(NamedTuple):
    url: str
    name: str
    status: str


class Group(NamedTuple):
    """The hits of one kind; `url` is the list with all of them, if there are more."""

    label: str
    hits: list[Hit]
    url: str


def search(request) -> list[Group]:
    term = " ".join(request.GET.get("q", "").split())[:MAX_CHARS]
    groups = [_group(request, model, term) for model in MODELS] if fold(term) else []
    return [group for group in groups if group and group.hits]


def _group(request, model, term) -> Group | None:
    model_admin = admin.site.get_model_admin(model)
    if not model_admin.has_view_permission(request):
        return None
    rows = model_admin.get_queryset(request).order_by(*model_admin.get_ordering(request) or model._meta.ordering)
    found, _has_duplicates = model_admin.get_search_results(request, rows, term)
    hits = [_hit(row) for row in found[: MAX_HITS + 1]]
    page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", query={"q": term})
    return Group(capfirst(model._meta.verbose_name_plural), hits[:MAX_HITS], page if len(hits) > MAX_HITS else "")


def _hit(row) -> Hit:
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    if isinstance(row, get_user_model()):
        return Hit(url, full_name(row), row.get_username())
    status = getattr(row, "get_visibility_display", None) or getattr(row, "get_status_display", None)
    return Hit(url, str(row), (status or row.get_state_display)())
