import re

from django.contrib import admin
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper

from . import outbox_admin  # noqa: F401 (registers the outbox)
from .files import discarding_on_error
from .forms import OrganisationForm
from .join import admin as join_admin  # noqa: F401 (registers the join requests)
from .login import admin as login_admin  # noqa: F401 (registers accounts and the log of logins)
from .models import Organisation

VERSION = re.compile("[0-9]{1,18}")
Space = Organisation._meta.get_field("spaces").related_model


class ReadableChanges(HistoricalRecordContextHelper):
    """The history in the words of the form: a choice's label, yes and no."""

    def prepare_delta_change_value(self, change, value):
        field = self.model._meta.get_field(change.field)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return dict(field.flatchoices).get(value, value)


class HistoryAdmin(SimpleHistoryAdmin):
    def history_form_view(self, request, object_id, version_id, extra_context=None):
        if not VERSION.fullmatch(version_id):
            raise Http404
        return super().history_form_view(request, object_id, version_id, extra_context)


class RecordAdmin(HistoryAdmin):
    """What the records of the network have in common: folded search, and a history of who changed what and when."""

    object_history_list_template = "admin/history_list.html"
    object_history_form_template = "admin/history_form.html"
    search_fields = ["search_text"]
    list_per_page = 50
    save_on_top = True

    def get_historical_record_context_helper(self, request, historical_record):
        return ReadableChanges(self.model, historical_record)

    def get_search_results(self, request, queryset, search_term):
        return queryset.search(search_term), False

    def changeform_view(self, *args, **options):
        with discarding_on_error():
            return super().changeform_view(*args, **options)

    def save_model(self, request, obj, form, change):
        """Not where nothing changed: the history would say that something did."""
        if form.changed_data or not change:
            super().save_model(request, obj, form, change)

    def get_view_on_site_url(self, obj=None):
        """Only to a page that visitors can see, and as it is stored: a refused form has changed obj."""
        stored = type(obj).objects.public().filter(pk=obj.pk).first() if obj else None
        return stored.get_absolute_url() if stored else None


def verb_action(verb, description, warning=None):
    """A bulk action that calls the verb of this name on the queryset, after a page with the warning if there is one."""

    @admin.action(description=description, permissions=["change"])
    def act(modeladmin, request, queryset):
        if warning and "confirmed" not in request.POST:
            context = modeladmin.admin_site.each_context(request) | {
                "title": description,
                "warning": warning,
                "rows": queryset,
                "verb": verb,
                "opts": modeladmin.opts,
            }
            return render(request, "admin/confirm_action.html", context)
        total = queryset.count()
        changed = getattr(queryset, verb)(by=request.user)
        modeladmin.message_user(
            request,
            _("%(changed)d of %(total)d changed: %(action)s.")
            % {"changed": changed, "total": total, "action": description},
        )
        return None

    act.__name__ = verb
    return act


class SpaceInline(admin.TabularInline):
    model = Space
    fields = readonly_fields = ["space", "address", "county", "status", "hidden"]
    extra = max_num = 0
    can_delete = False
    view_on_site = False  # it would lead to hidden spaces too
    verbose_name_plural = _("spaces")

    @admin.display(description=_("space"))
    def space(self, space):
        url = reverse("admin:spaces_space_change", args=[space.pk])
        return format_html('<a href="{}">{}</a>', url, space.title)


@admin.register(Organisation)
class OrganisationAdmin(RecordAdmin):
    form = OrganisationForm
    list_display = ["title", "status", "towns", "member_since", "left_on"]
    list_filter = ["status", "spaces__county"]
    readonly_fields = ["logo_now", "requests"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [SpaceInline]
    actions = [
        verb_action("admit", _("Admit as members")),
        verb_action(
            "end_membership",
            _("End the membership"),
            _("Their spaces disappear from the site. They can be admitted again later."),
        ),
    ]
    fieldsets = [
        (None, {"fields": ["name", "slug", "organisation_number", "version"]}),
        (_("Membership"), {"fields": [("status", "member_since", "left_on")]}),
        (_("Contact for the public"), {"fields": ["website", "email", "phone"]}),
        (_("Text and logo"), {"fields": ["description_nb", "description_en", "logo_now", "new_logo", "no_logo"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("spaces")

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj and request.user.has_perm("members.view_joinrequest"):
            fieldsets = [*fieldsets, (_("Join requests"), {"fields": ["requests"]})]
        return fieldsets

    @admin.display(description=_("join requests"))
    def requests(self, organisation):
        """With the person to reach; in no formset, as nothing is changed here."""
        rows = [
            (
                reverse("admin:members_joinrequest_change", args=[row.pk]),
                row.name,
                row.get_state_display(),
                row.contact_name,
                row.contact_email,
                format_html(' <a href="{}">{}</a>', row.contact_phone.as_rfc3966, row.contact_phone.as_international)
                if row.contact_phone
                else "",
            )
            for row in organisation.join_requests.all()
        ]
        line = '<li><a href="{}">{}</a> ({})<br>{} <a href="mailto:{}">{}</a>{}</li>'
        rows = [(*row[:5], *row[4:]) for row in rows]
        return format_html('<ul class="requests">{}</ul>', format_html_join("", line, rows)) if rows else "–"

    @admin.display(description=_("name"), ordering="sort_name")
    def title(self, organisation):
        return organisation.name

    @admin.display(description=_("towns"))
    def towns(self, organisation):
        return ", ".join(dict.fromkeys(space.town for space in organisation.spaces.all()))

    @admin.display(description=_("logo"))
    def logo_now(self, organisation):
        return (
            format_html('<img class="logo-now" src="{}" alt="">', organisation.logo.url) if organisation.logo else "–"
        )

    def save_model(self, request, organisation, form, change):
        if form.cleaned_data.get("new_logo"):
            organisation.change_logo(form.cleaned_data["new_logo"])
        elif form.cleaned_data.get("no_logo"):
            organisation.discard_logo()
            organisation.logo = ""
        super().save_model(request, organisation, form, change)
