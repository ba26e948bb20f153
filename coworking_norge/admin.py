from functools import partial, wraps

from allauth.account.views import logout
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import people, second_step
from core import unsaved
from core.admin import preview_markdown, preview_prose
from core.admin_tasks import gather
from core.log import HistorySource, Wanted, latest
from core.log_page import log_page
from mail import admin_tasks as mail_tasks
from members.history import OrganisationChanges
from members.joining import admin_tasks as joining_tasks
from members.joining.log import JoinRequestSource
from members.joining.my_mail import is_unreachable, my_mail
from members.models import Organisation
from pages.history import PublicationChanges
from pages.models import Agreement, News, Page, SiteSettings
from spaces import admin_tasks as spaces_tasks
from spaces.board import Board
from spaces.history import SpaceChanges
from spaces.models import Amenity, Space

from . import admin_search
from .admin_rail import rail

LOG = [
    HistorySource(Organisation, OrganisationChanges),
    HistorySource(Space, SpaceChanges),
    HistorySource(Amenity),
    *(HistorySource(model, PublicationChanges) for model in (Page, News)),
    HistorySource(Agreement, PublicationChanges, stays=lambda newest: newest.state == Agreement.State.PUBLISHED),
    HistorySource(SiteSettings),
    JoinRequestSource(),
]
TASKS = [joining_tasks.tasks, mail_tasks.tasks, spaces_tasks.tasks]


class CoworkingAdminSite(admin.AdminSite):
    site_title = site_header = "Coworking Norge"
    enable_nav_sidebar = False

    def has_permission(self, request):
        # Every page of the admin asks here, so that none can forget the second step.
        return super().has_permission(request) and second_step.is_done(request)

    def admin_view(self, view, cacheable=False):
        """Keep what is posted by somebody whose session ended, until they have logged in again."""
        checked = super().admin_view(view, cacheable)

        @wraps(view)
        def wrapper(request, *args, **options):
            if self.has_permission(request):
                unsaved.discard_if_of_another_user(request)
            elif request.method == "POST":
                unsaved.store(request)
            return checked(request, *args, **options)

        return wrapper

    def login(self, request, extra_context=None):
        """Send whoever may not see a page of the admin to where that is put right."""
        if request.user.is_anonymous:
            return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
        if not people.can_enter(request.user):
            raise PermissionDenied
        return redirect("admin:index" if self.has_permission(request) else second_step.url_for(request.user))

    def logout(self, request, extra_context=None):
        return logout(request)

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def get_urls(self):
        # No page of ours leads to Django's short cut to a row's page, which tells of hidden rows and raises for keys.
        routes = [route for route in super().get_urls() if getattr(route, "name", "") != "view_on_site"]
        return [
            path("my-mail/", self.admin_view(my_mail), name="my_mail"),
            path("log/", self.admin_view(partial(log_page, sources=LOG)), name="log"),
            path("search/", self.admin_view(require_safe(self.search)), name="search"),
            path("markdown/", self.admin_view(preview_markdown), name="preview_markdown"),
            path("prose/", self.admin_view(preview_prose), name="preview_prose"),
            *routes,
        ]

    def each_context(self, request):
        context = super().each_context(request)
        has_log = any(source.is_visible(request.user) for source in LOG)
        # Pop-ups and answers without a page need none.
        return context | {"rail": SimpleLazyObject(partial(rail, context["available_apps"], has_log=has_log))}

    def app_index(self, request, app_label, extra_context=None):
        return redirect("admin:index")  # the rail has what it would list

    def index(self, request):
        # Not Django's index(), which would list once more what the rail has.
        context = self.each_context(request) | {
            "title": _("Today"),
            "tasks": gather(TASKS, request.user),
            "board": Board(request.GET) if request.user.has_perm("spaces.view_space") else None,
            "can_ask": request.user.has_perm("spaces.change_space"),
            "log": latest(LOG, request.user, Wanted(limit=10)),
            "is_unreachable": is_unreachable(request.user),
        }
        return render(request, "admin/index.html", context)

    def search(self, request):
        context = self.each_context(request) | {"title": _("Search"), "groups": admin_search.search(request)}
        return render(request, "admin/search.html", context | {"term": request.GET.get("q", "")})
