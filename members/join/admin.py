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

from ..folding import fold
from ..models import Event, JoinRequest, TooLate
from ..outside import Unavailable
from ..registers import organisation
from . import duplicates
from .admin_forms import REFUSALS, STEPS, Assess, Erase, Step
from .attention import WAITS, WaitsFilter

State = JoinRequest.State
WAITS_FOR = {"coordinators": _("us"), "applicant": _("the applicant"), "": "–"}
BY_APPLICANT = [Event.What.CONFIRMED, Event.What.ANSWERED, Event.What.CORRECTED, Event.What.WITHDRAWN]


def name_of(user) -> str:
    return user.get_full_name() or user.get_username()


def waits_for(join_request) -> str:
    if join_request.state == State.UNCONFIRMED:
        return _("the applicant’s confirmation")
    return WAITS_FOR[join_request.waits_for]


def same_name(registered: str, told: str) -> bool:
    """The one may be the other with its legal form or town."""
    registered, told = fold(registered), fold(told)
    return registered in told or told in registered


def who(event) -> str:
    if event.by:
        return name_of(event.by)
    return _("The applicant") if event.what in BY_APPLICANT else _("A coordinator")


def days_since(moment) -> str:
    days = (timezone.now() - moment).days
    return ngettext("%d day", "%d days", days) % days if days else _("less than a day")


@admin.register(JoinRequest)
class JoinRequestAdmin(admin.ModelAdmin):
    """Shows what was sent in, and moves it by the model's verbs alone; nothing of it gets into Django's own log."""

    list_display = ["name", "waits_for", "how_long", "state", "reviewed_by", "towns"]
    list_filter = [WaitsFilter, "state"]
    list_per_page = 50
    list_select_related = ["reviewer"]
    search_fields = ["name"]
    actions = None
    # Whose turn it is: ours, the applicant's, nobody's; then the longest wait.
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
        """None of Django's that write or show its log."""
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="members_joinrequest_changelist"),
            path("<int:pk>/change/", view(self.of_one(self.page)), name="members_joinrequest_change"),
            path("<int:pk>/register/", view(self.of_one(self.register)), name="members_joinrequest_register"),
            *(
                path(
                    f"<int:pk>/{verb}/",
                    view(self.of_one(self.step)),
                    {"step_class": step_class},
                    name=f"members_joinrequest_{verb}",
                )
                for verb, step_class in STEPS.items()
            ),
        ]

    def of_one(self, view):
        """The view of a request, given the row instead of its key."""

        def found(request, pk, **options):
            if not self.has_view_permission(request):
                raise PermissionDenied
            join_request = self.get_queryset(request).select_related("reviewer", "member").filter(pk=pk).first()
            return view(request, join_request, **options) if join_request else self.gone(request)

        return found

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("spaces")

    def get_search_results(self, request, queryset, search_term):
        """Folded, as all searches are; here and not in a column, since requests are few and erased in time."""
        words = fold(search_term).split()
        columns = queryset.order_by().values_list(
            "pk", "name", "contact_name", "contact_email", "organisation_number", "spaces__town"
        )
        found = {key for key, *texts in columns if all(word in fold(" ".join(filter(None, texts))) for word in words)}
        return queryset.filter(pk__in=found), False

    def changelist_view(self, request, extra_context=None):
        asked_for = WAITS.get(request.GET.get("waits"), _("Join requests"))
        return super().changelist_view(request, {"title": asked_for} | (extra_context or {}))

    @admin.display(description=_("towns"))
    def towns(self, join_request):
        return ", ".join(dict.fromkeys(space.town for space in join_request.spaces.all()))

    @admin.display(description=_("waits for"))
    def waits_for(self, join_request):
        return waits_for(join_request)

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
        """What Enhetsregisteret says; a page of its own, since it may be slow, which a script puts into the other."""
        context = {"number": join_request.organisation_number}
        try:
            context["found"] = found = organisation(join_request.organisation_number)
            context["other_name"] = found and not same_name(found.name, join_request.name)
        except Unavailable:
            context["unavailable"] = True
        return self.render(request, "register", join_request, _("What the register says"), **context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def step(self, request, join_request, step_class):
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self.act(request, join_request.pk, step_class)
        form = step_class(join_request=join_request)
        if not form.template:
            return redirect("admin:members_joinrequest_change", join_request.pk)
        if not form.is_open:
            return self.too_late(request, join_request)
        return self.render_step(request, form)

    def act(self, request, pk, step_class):
        """The step, unless something happened since the page was made that the coordinator saw."""
        newer, is_done = [], False
        try:
            with transaction.atomic():
                locked = JoinRequest.objects.select_for_update().filter(pk=pk).first()
                if locked is None:
                    return self.gone(request)
                form = step_class(request.POST, join_request=locked)
                newer = list(locked.events.filter(pk__gt=seen_in(request.POST)).select_related("by"))
                is_done = form.was_done(newer, request.user)
                if not is_done and not form.is_open:
                    raise TooLate(locked)
                if not is_done and not newer and form.is_valid():
                    form.act(by=request.user)
                    is_done = True
        except TooLate as late:
            return self.too_late(request, late.join_request)
        except REFUSALS as refusal:
            form.explain(refusal)
        if not is_done:
            return self.render_step(request, form, [(event, who(event)) for event in newer])
        form.tell(request)
        if step_class is Erase:
            return redirect("admin:members_joinrequest_changelist")
        return redirect("admin:members_joinrequest_change", pk)

    def gone(self, request):
        messages.info(request, _("The join request is not here any more: it was erased."))
        return redirect("admin:members_joinrequest_changelist")

    def too_late(self, request, join_request):
        latest = join_request.events.exclude(what=Event.What.NOTED).select_related("by").last()
        told = _("The request is %(state)s.") % {"state": join_request.get_state_display()}
        if latest:
            told = _("%(who)s was first, at %(when)s: %(what)s.") % {
                "who": who(latest),
                "when": date_format(timezone.localtime(latest.at), "SHORT_DATETIME_FORMAT"),
                "what": latest,
            }
        messages.warning(request, told)
        return redirect("admin:members_joinrequest_change", join_request.pk)

    def render_step(self, request, form: Step, newer=()):
        join_request = self.get_queryset(request).select_related("reviewer", "member").get(pk=form.join_request.pk)
        if form.template:
            return self.render(request, form.template, join_request, form.title, form=form, newer=newer)
        assess = form if isinstance(form, Assess) else Assess(join_request=join_request)
        return self.render_page(request, join_request, assess, newer)

    def render_page(self, request, join_request, assess: Assess, newer=()):
        may_act = self.has_change_permission(request)
        context = {
            "assess": assess if may_act else None,
            "steps": [step for step in STEPS.values() if may_act and join_request.state in step.states],
            "newer": newer,
            "waits_for": waits_for(join_request),
            "how_long": days_since(join_request.waits_since),
            "reviewer": join_request.reviewer and name_of(join_request.reviewer),
            "has_safe_website": urlsplit(join_request.website).scheme in ("http", "https"),
            "history": [(event, who(event)) for event in join_request.events.select_related("by")],
            "mails": self.mails(request, join_request),
        }
        if join_request.is_undecided:
            context["organisations"] = duplicates.organisations(join_request)
            context["requests"] = duplicates.requests(join_request)
        return self.render(request, "change_form", join_request, join_request.name, **context)

    def mails(self, request, join_request):
        """What the outbox says of each, in its own words."""
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


def seen_in(data) -> int:
    """The latest event that the coordinator saw; 0 where the form does not say."""
    value = data.get("seen", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0
