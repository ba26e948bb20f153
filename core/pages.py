from django.conf import settings
from django.contrib import admin
from django.urls import reverse

from .structured_data import absolute


def edit_url(request, row) -> str:
    """Return where whoever is logged in may edit the row; a blank for everybody else.

    Without a session cookie nobody's session is looked at: such a page is cached, and the same for all.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not admin.site.has_permission(request):
        return ""
    if not admin.site.get_model_admin(type(row)).has_change_permission(request, row):
        return ""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def canonical_of_page(request, page) -> dict:
    """Return what a page of a list adds to its context: each but the first has a canonical address of its own."""
    return {} if page.number == 1 else {"canonical": absolute(f"{request.path}?page={page.number}")}
