from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Case, Max, When
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe
from post_office.models import Email

from core import unsaved
from core.admin import StrictAdmin
from core.http import ServiceUnavailable
from core.search_text import fold
from norway.registers import organisation
from spaces.board import with_gaps

from . import duplicates
from .admin_forms import BUTTON_STEPS, REFUSALS, STEPS, Assess, Erase, Step
from .admin_tasks import WAITS, WaitsFilter
from .models import Event, JoinRequest, TooLate

State = JoinRequest.State


def name_of(user) -> str:
    return user.get_full_name() or user.get_username()


def is_same_name(registered: str, requested: str) -> bool:
    # One may be the other with its legal form or town.
    registered, requested = fold(registered), fold(requested)
    return registered in requested or requested in registered


def actor(event) -> str:
    if event.by:
        return name_of(event.by)
    return _("The applicant") if Event.Kind(event.kind).is_by_applicant else _("A coordinator")


def news(events) -> list:
    """Return what the applicant answered and corrected since a coordinator last turned to them, the latest first."""
    turns = [index for index, event in enumerate(events) if event.kind in (Event.Kind.TAKEN, Event.Kind.ASKED)]
    since = events[turns[-1] if turns else 0 :]
    return [event for event in reversed(since) if event.kind in (Event.Kind.ANSWERED, Event.Kind.CORRECTED)]


def days_since(moment) -> str:
    days = (timezone.now() - moment).days
    return ngettext("%d day", "%d days", days) % days if days else _("less than a day")


@admin.register(JoinRequest)
class JoinRequestAdmin(StrictAdmin):
    """Changes a request by the model's verbs alone, and writes nothing of it into Django's own log."""

    list_display = ["name", "waits_for", "how_long", "state", "reviewed_by", "towns"]
    list_filter = [WaitsFilter, "state"]
    list_per_page = 50
    list_select_related = ["reviewer"]
    search_fields = ["name"]
    actions = None
    # Those that wait for us, for the applicant, for nobody; then the longest wait.
    ordering = [
        Case(
            When(state__in=[State.RECEIVED, State.IN_REVIEW], then=0),
            When(state=State.WAITING, then=1),
            When(state=State.UNCONFIRMED, then=2),
            default=3,
        ).asc(),
        "waits_since",
        "pk",
    ]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        # None of Django's own pages that write or show its log.
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="members_joinrequest_changelist"),
            path("<int:pk>/change/", view(self.for_join_request(self.page)), name="members_joinrequest_change"),
            path("<int:pk>/register/", view(self.for_join_request(self.register)), name="members_joinrequest_register"),
            *(
                path(
                    f"<int:pk>/{verb}/",
                    view(self.for_join_request(self.step)),
                    {"step_class": step_class},
                    name=f"members_joinrequest_{verb}",
                )
                for verb, step_class in STEPS.items()
            ),
        ]

    def for_join_request(self, view):
        """Wrap a view so that it is given the join request instead of its key."""

        def wrapper(request, pk, **options):
            if not self.has_view_permission(request):
                raise PermissionDenied
            join_request = self.get_queryset(request).select_related("reviewer", "member").filter(pk=pk).first()
            return view(request, join_request, **options) if join_request else self.redirect_erased(request)

        return wrapper

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("spaces")

    def get_search_results(self, request, queryset, search_term):
        # Folded here and not in a column, as requests are few and erased in time.
        words = fold(search_term).split()
        columns = queryset.order_by().values_list(
            "pk", "name", "contact_name", "contact_email", "organisation_number", "spaces__town"
        )
        found = {key for key, *texts in columns if all(word in fold(" ".join(filter(None, texts))) for word in words)}
        return queryset.filter(pk__in=found), False

    def changelist_view(self, request, extra_context=None):
        title = WAITS.get(request.GET.get("waits"), _("Join requests"))
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    @admin.display(description=_("towns"))
    def towns(self, join_request):
        return ", ".join(dict.fromkeys(space.town for space in join_request.spaces.all()))

    @admin.display(description=_("waits for"))
    def waits_for(self, join_request):
        return join_request.current_state.waits_for

    @admin.display(description=_("how long"), ordering="waits_since")
    def how_long(self, join_request):
        return days_since(join_request.waits_since) if join_request.waits_for else "–"

    @admin.display(description=_("in review by"))
    def reviewed_by(self, join_request):
        return name_of(join_request.reviewer) if join_request.reviewer else "–"

    @method_decorator(require_safe)
    def page(self, request, join_request):
        return self.render_page(request, join_request, Assess(join_request=join_request))

    @method_decorator(require_safe)
    def register(self, request, join_request):
        """Show what Enhetsregisteret says: slow at times, so a page of its own, which a script puts into the other."""
        context = {"number": join_request.organisation_number}
        try:
            context["found"] = found = organisation(join_request.organisation_number)
            context["other_name"] = found and not is_same_name(found.name, join_request.name)
        except ServiceUnavailable:
            context["unavailable"] = True
        return self.render(request, "register", join_request, _("What the register says"), **context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def step(self, request, join_request, step_class):
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self.submit_step(request, join_request.pk, step_class)
        data = unsaved.pop(request)
        form = step_class(data, join_request=join_request)
        if data is None and not form.template:
            return redirect("admin:members_joinrequest_change", join_request.pk)
        if not form.is_open:
            return self.redirect_too_late(request, join_request)
        if data is None:
            return self.render_step(request, form)
        messages.warning(request, unsaved.NOT_SAVED)
        return self.render_step(request, form, self.newer_events(join_request, data))

    def newer_events(self, join_request, data):
        newer = join_request.events.filter(pk__gt=last_seen_event(data)).select_related("by")
        return [(event, actor(event)) for event in newer]

    def submit_step(self, request, pk, step_class):
        """Take the step, unless the request has an event that is newer than the coordinator's page."""
        newer, is_done = [], False
        try:
            with transaction.atomic():
                locked = JoinRequest.objects.select_for_update().filter(pk=pk).first()
                if locked is None:
                    return self.redirect_erased(request)
                form = step_class(request.POST, join_request=locked)
                newer = self.newer_events(locked, request.POST)
                is_done = form.is_repeated([event for event, _who in newer], request.user)
                if not is_done and not form.is_open:
                    raise TooLate(locked)
                if not is_done and not newer and form.is_valid():
                    form.perform(by=request.user)
                    is_done = True
        except TooLate as late:
            return self.redirect_too_late(request, late.join_request)
        except REFUSALS as refusal:
            form.add_refusal(refusal)
        if not is_done:
            return self.render_step(request, form, newer)
        form.add_messages(request)
        if step_class is Erase:
            return redirect("admin:members_joinrequest_changelist")
        return redirect("admin:members_joinrequest_change", pk)

    def redirect_erased(self, request):
        messages.info(request, _("The join request is no longer here: it has been deleted."))
        return redirect("admin:members_joinrequest_changelist")

    def redirect_too_late(self, request, join_request):
        latest = join_request.events.for_applicant().select_related("by").last()
        message = _("The request is %(state)s.") % {"state": join_request.get_state_display()}
        if latest:
            message = _("%(who)s was first, at %(when)s: %(what)s.") % {
                "who": actor(latest),
                "when": date_format(timezone.localtime(latest.at), "SHORT_DATETIME_FORMAT"),
                "what": latest,
            }
        messages.warning(request, message)
        return redirect("admin:members_joinrequest_change", join_request.pk)

    def render_step(self, request, form: Step, newer=()):
        join_request = self.get_queryset(request).select_related("reviewer", "member").get(pk=form.join_request.pk)
        if form.template:
            return self.render(request, form.template, join_request, form.title, form=form, newer=newer)
        assess = form if isinstance(form, Assess) else Assess(join_request=join_request)
        return self.render_page(request, join_request, assess, newer)

    def render_page(self, request, join_request, assess: Assess, newer=()):
        can_change = self.has_change_permission(request)
        context = {
            "assess": assess if can_change else None,
            "steps": [step for step in BUTTON_STEPS if can_change and join_request.state in step.states],
            "newer": newer,
            "how_long": days_since(join_request.waits_since),
            "reviewer": join_request.reviewer and name_of(join_request.reviewer),
            "has_safe_website": urlsplit(join_request.website).scheme in ("http", "https"),
            "history": [(event, actor(event)) for event in join_request.events.select_related("by")],
            "mails": self.mails(request, join_request),
        }
        if join_request.is_undecided:
            context["news"] = news([event for event, _actor in context["history"]])
            context["organisations"] = duplicates.organisations(join_request)
            context["requests"] = duplicates.requests(join_request)
        if join_request.state == State.APPROVED:
            context["made"] = with_gaps([space.space_id for space in join_request.spaces.all()])
        return self.render(request, "change_form", join_request, join_request.name, **context)

    def mails(self, request, join_request):
        outbox = self.admin_site.get_model_admin(Email)
        if not outbox.has_view_permission(request):
            return []
        emails = outbox.get_queryset(request).filter(pk__in=join_request.mails.values("pk")).order_by("created", "pk")
        return [(email, outbox.recipient(email), outbox.state(email), outbox.error(email)) for email in emails]

    def render(self, request, template, join_request, title, **context):
        latest = join_request.events.aggregate(Max("pk"))["pk__max"] or 0
        context |= self.admin_site.each_context(request)
        context |= {"title": title, "original": join_request, "opts": self.opts, "seen": latest}
        context["page_url"] = reverse("admin:members_joinrequest_change", args=[join_request.pk])
        return TemplateResponse(request, f"admin/members/joinrequest/{template}.html", context)


def last_seen_event(data) -> int:
    try:
        return int(data.get("seen", ""))
    except ValueError:
        return 0
