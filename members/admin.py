from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.admin import RecordAdmin, verb_action
from norway.counties import County
from spaces.models import Space
from spaces.spreadsheet.admin import SpreadsheetAdmin

from .forms import ContactPersonForm, OrganisationForm
from .history import OrganisationChanges
from .models import ContactPerson, Organisation
from .spreadsheet import OrganisationImport


class SpaceInline(admin.TabularInline):
    model = Space
    fields = readonly_fields = ["space", "address", "county", "status", "hidden"]
    extra = max_num = 0
    can_delete = False
    view_on_site = False  # else by a short cut that our site has not
    verbose_name_plural = _("spaces")

    @admin.display(description=_("space"))
    def space(self, space):
        url = reverse("admin:spaces_space_change", args=[space.pk])
        return format_html('<a href="{}">{}</a>', url, space.title)


class ContactPersonInline(admin.StackedInline):
    model = ContactPerson
    form = ContactPersonForm
    fields = [("name", "role"), ("email", "phone")]
    extra = 1  # without a script, too
    verbose_name_plural = _("contact persons, whom only coordinators see")


class CountyFilter(admin.SimpleListFilter):
    """By a subquery: Django's own would join the spaces, and compare whole rows to find the same ones again."""

    title = _("county")
    parameter_name = "spaces__county__exact"
    column = "spaces__county"

    def lookups(self, request, model_admin):
        return County.choices

    def queryset(self, request, queryset):
        if self.value() not in County.values:
            return queryset
        return queryset.filter(pk__in=Space.objects.filter(county=self.value()).order_by().values("organisation"))


@admin.register(Organisation)
class OrganisationAdmin(SpreadsheetAdmin, RecordAdmin):
    form = OrganisationForm
    sheet, import_title = OrganisationImport, _("Import organisations")
    changes_in_words = OrganisationChanges
    left_alone = _("The logo stays as it is now.")
    list_display = ["title", "status", "towns", "member_since", "left_on"]
    sortable_by = ["title", "status", "member_since"]  # what has an index
    list_filter = ["status", CountyFilter]
    readonly_fields = ["logo_now", "requests"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [ContactPersonInline, SpaceInline]
    version_relations = ("contact_persons",)
    actions = [
        verb_action(
            "admit",
            _("Admit as members"),
            ngettext_lazy(
                "%(count)d organisation is now a member.", "%(count)d organisations are now members.", "count"
            ),
        ),
        verb_action(
            "end_membership",
            _("End the membership"),
            ngettext_lazy(
                "%(count)d organisation is no longer a member.",
                "%(count)d organisations are no longer members.",
                "count",
            ),
            _("Their spaces disappear from the site. They can be admitted again later."),
        ),
    ]
    fieldsets = [
        (None, {"fields": ["name", "slug", "organisation_number"]}),
        (_("Membership"), {"fields": [("status", "member_since", "left_on")]}),
        (_("Contact details shown on the site"), {"fields": ["website", "email", "phone"]}),
        (_("Text and logo"), {"fields": ["description_nb", "description_en", "logo_now", "new_logo", "no_logo"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("spaces")

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj and request.user.has_perm("members.view_joinrequest"):
            fieldsets = [*fieldsets, (_("Join requests"), {"fields": ["requests"]})]
        return fieldsets

    def get_inlines(self, request, obj):
        # an empty table that must be scrolled cannot be reached by keyboard
        return self.inlines if obj and obj.spaces.exists() else [ContactPersonInline]

    @admin.display(description=_("join requests"))
    def requests(self, organisation):
        requests = organisation.join_requests.all()  # in no formset, as nothing is changed here
        if not requests:
            return "–"
        return render_to_string("admin/members/organisation/_requests.html", {"requests": requests})

    @admin.display(description=_("name"), ordering="sort_name")
    def title(self, organisation):
        return organisation.name

    @admin.display(description=_("towns"))
    def towns(self, organisation):
        return ", ".join(dict.fromkeys(space.town for space in organisation.spaces.all()))

    @admin.display(description=_("logo"))
    def logo_now(self, organisation):
        if not organisation.logo:
            return "–"
        return format_html('<img class="logo-preview" src="{}" alt="">', organisation.logo.url)

    def save_model(self, request, organisation, form, change):
        if form.cleaned_data.get("new_logo"):
            organisation.change_logo(form.cleaned_data["new_logo"])
        # A new logo wins over a tick that says to remove it: the earlier one goes either way.
        elif form.cleaned_data.get("no_logo"):
            organisation.discard_files()
            organisation.logo = ""
        super().save_model(request, organisation, form, change)
