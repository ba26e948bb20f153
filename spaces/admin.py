from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms.widgets import Script
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext_lazy

from core.admin import HistoryAdmin, RecordAdmin, verb_action
from core.history import difference
from pages import network

from .admin_tasks import ATTENTION, AttentionFilter
from .completeness import CannotAsk
from .forms import SpaceForm
from .history import SpaceChanges
from .models import Amenity, Space, share_amenities
from .photo_admin import PhotoAdmin
from .place_admin import PlaceAdmin
from .spreadsheet.admin import SpreadsheetAdmin
from .spreadsheet.importing import SpaceImport
from .spreadsheet.sheet import batches
from .views import render_space
from .widgets import OrganisationSelect


class OrganisationStatusFilter(admin.ChoicesFieldListFilter):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.title = _("the organisation’s status")


@admin.register(Space)
class SpaceAdmin(PlaceAdmin, PhotoAdmin, SpreadsheetAdmin, RecordAdmin):
    form = SpaceForm
    sheet, import_title = SpaceImport, _("Import spaces")
    import_permissions = ["members.add_organisation"]  # a file may name new ones
    changes_in_words = SpaceChanges
    left_alone = _("Photos and amenities stay as they are now.")
    list_display = ["title", "town", "county", "organisation", "shown_as", "precision"]
    sortable_by = ["title", "town", "county", "shown_as"]  # what has an index
    list_filter = [
        AttentionFilter,
        "status",
        ("organisation__status", OrganisationStatusFilter),
        "hidden",
        "county",
        "precision",
    ]
    list_select_related = ["organisation"]
    actions = [
        verb_action(
            "open",
            _("Mark as open"),
            ngettext_lazy("%(count)d space is marked as open.", "%(count)d spaces are marked as open.", "count"),
        ),
        verb_action(
            "close",
            _("Mark as closed"),
            ngettext_lazy("%(count)d space is marked as closed.", "%(count)d spaces are marked as closed.", "count"),
        ),
        verb_action(
            "hide",
            _("Hide from the site"),
            ngettext_lazy("%(count)d space is hidden.", "%(count)d spaces are hidden.", "count"),
        ),
        verb_action(
            "show",
            _("Show on the site"),
            ngettext_lazy("%(count)d space is no longer hidden.", "%(count)d spaces are no longer hidden.", "count"),
        ),
    ]
    # In the order of use; the photos stand where a section says so.
    fieldsets = [
        (_("About the space"), {"fields": ["organisation", "name", ("status", "hidden")]}),
        (
            _("Place"),
            {
                "fields": [
                    "address",
                    ("postal_code", "town"),
                    ("municipality", "county"),
                    ("latitude", "longitude"),
                    "at_town_centre",
                    "precision",
                ],
                "classes": ["place"],
            },
        ),
        (_("Opening hours"), {"fields": ["opening_hours"]}),
        (
            _("Contact details shown on the site"),
            {
                "fields": ["website", "email", "phone"],
                "description": _("Left empty, the organisation’s is shown."),
                "classes": ["before-photos"],
            },
        ),
        (_("Text"), {"fields": ["description_nb", "description_en", "amenities"]}),
        (
            _("Practical"),
            {
                "fields": [
                    ("desks", "since"),
                    "meeting_rooms",
                    ("day_price", "month_price"),
                    "trial_day",
                    "booking_url",
                    ("step_free", "lift", "accessible_toilet"),
                    "languages",
                    ("welcomed_by", "welcome_consent"),
                ],
                "description": _("Visitors are told only what is filled in."),
            },
        ),
        (_("Web address"), {"fields": ["slug"]}),
    ]

    class Media:
        css = {"all": ["leaflet/leaflet.css", "spaces/map.css", "spaces/space-form.css"]}
        js = [
            "leaflet/leaflet.js",
            Script("spaces/space.js", type="module"),
            Script("spaces/photos.js", type="module"),
        ]

    def formfield_for_foreignkey(self, db_field, request, **options):
        if db_field.name == "organisation":
            options["widget"] = OrganisationSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **options)

    def formfield_for_dbfield(self, db_field, request, **options):
        formfield = super().formfield_for_dbfield(db_field, request, **options)
        if db_field.name == "organisation":  # its spaces keep it from being deleted: the cross would only frighten
            formfield.widget.can_delete_related = False
        return formfield

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.POST.get("organisation_name"):
            # As if it had been chosen: a merge knows fields by what the browser sends for them.
            request.POST = data = request.POST.copy()
            widget = OrganisationSelect(Space._meta.get_field("organisation"), self.admin_site)
            data["organisation"] = widget.value_from_datadict(data, request.FILES, "organisation")
            del data["organisation_name"]
        return super().changeform_view(request, object_id, form_url, extra_context)

    @admin.display(description=_("name"), ordering="sort_name")
    def title(self, space):
        return space.name

    @admin.display(description=_("visitors see it as"))
    def shown_as(self, space):
        return _("hidden") if space.hidden else space.get_visibility_display()

    def changelist_view(self, request, extra_context=None):
        title = ATTENTION.get(request.GET.get("attention"))
        context = {"title": title} if title else {}
        return super().changelist_view(request, context | (extra_context or {}))

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/", view(self.preview), name="spaces_space_preview"),
            path("<int:pk>/ask/", view(self.ask), name="spaces_space_ask"),
            *super().get_urls(),
        ]

    def export_rows(self, queryset):
        for spaces in batches(super().export_rows(queryset.select_related("organisation"))):
            share_amenities(spaces)
            yield from spaces

    def preview(self, request, pk):
        if not self.has_view_permission(request):
            raise PermissionDenied
        space = get_object_or_404(Space.objects.select_related("organisation"), pk=pk)
        # As it would look if it were not hidden; the object is never saved.
        public, space.visibility = space.is_public, space.visibility_unless_hidden
        return render_space(request, space, preview=True, public=public)

    def ask(self, request, pk):
        """Ask the house to fill in what its page lacks, and lead back to the board."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":  # after a login
            return redirect("admin:index")
        space = get_object_or_404(Space.objects.members(), pk=pk)
        try:
            space.ask_to_fill_in(reply_to=network.current().contact_email or request.user.email)
        except CannotAsk as reason:
            messages.warning(request, reason)
        else:
            asked = {"email": space.contact.email, "space": space.title}
            messages.success(request, _("We have asked %(email)s to fill in what %(space)s lacks.") % asked)
        return redirect(f"{reverse('admin:index')}?{request.GET.urlencode()}#board")

    def save_model(self, request, space, form, change):
        # The history holds no amenities and no person: its reason says what became of them.
        reasons = []
        if "welcomed_by" in form.changed_data:
            reasons.append(gettext_noop("who welcomes was changed"))
        if "amenities" in form.changed_data:
            reasons.append(difference(form.initial.get("amenities", []), form.cleaned_data["amenities"]))
        if reasons:
            space._change_reason = " ".join(reasons)
        super().save_model(request, space, form, change)
        for remark in form.location.remarks:
            messages.warning(request, remark)


@admin.register(Amenity)
class AmenityAdmin(HistoryAdmin):
    list_display = ["name_nb", "name_en", "position"]
    prepopulated_fields = {"slug": ["name_en"]}
