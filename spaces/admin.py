from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms.widgets import Script
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from members.admin import HistoryAdmin, RecordAdmin, verb_action

from .attention import ATTENTION, AttentionFilter
from .csv_admin import SpreadsheetAdmin
from .forms import PhotoForm, SpaceForm
from .history import difference
from .models import Amenity, Photo, Space
from .places import postal_place, town_centre
from .views import render_space


class PhotoInline(admin.StackedInline):
    model = Photo
    form = PhotoForm
    extra = 0
    fields = ["preview", "picture", ("alt_nb", "alt_en"), ("credit", "position")]
    readonly_fields = ["preview"]

    @admin.display(description=_("photo"))
    def preview(self, photo):
        return (
            format_html('<img class="photo-now" src="{}" alt="{}">', photo.sources.fallback, photo.alt)
            if photo.key
            else "–"
        )


class OrganisationStatusFilter(admin.ChoicesFieldListFilter):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.title = _("the organisation’s status")


@admin.register(Space)
class SpaceAdmin(SpreadsheetAdmin, RecordAdmin):
    form = SpaceForm
    list_display = ["title", "town", "county", "organisation", "shown_as", "precision"]
    list_filter = [
        AttentionFilter,
        "status",
        ("organisation__status", OrganisationStatusFilter),
        "hidden",
        "county",
        "precision",
    ]
    list_select_related = ["organisation"]
    inlines = [PhotoInline]
    actions = [
        verb_action("open", _("Mark as open")),
        verb_action("close", _("Mark as closed")),
        verb_action("hide", _("Hide from the site")),
        verb_action("show", _("Show on the site")),
    ]
    fieldsets = [
        (None, {"fields": ["organisation", "name", "slug", ("status", "hidden"), "version"]}),
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
        (_("Text"), {"fields": ["description_nb", "description_en", "amenities"]}),
        (
            _("Contact for the public"),
            {
                "fields": ["website", "email", "phone"],
                "description": _("Left empty, the organisation’s is shown."),
            },
        ),
    ]

    class Media:
        css = {"all": ["leaflet/leaflet.css", "css/map.css"]}
        js = ["leaflet/leaflet.js", Script("js/pin-picker.js", type="module")]

    def formfield_for_dbfield(self, db_field, request, **options):
        formfield = super().formfield_for_dbfield(db_field, request, **options)
        if db_field.name == "organisation":  # its spaces keep it from being deleted: the cross would only frighten
            formfield.widget.can_delete_related = False
        return formfield

    @admin.display(description=_("name"), ordering="sort_name")
    def title(self, space):
        return space.name

    @admin.display(description=_("visitors see it as"))
    def shown_as(self, space):
        return space.shown_as

    def changelist_view(self, request, extra_context=None):
        asked_for = ATTENTION.get(request.GET.get("attention"))
        context = {"title": asked_for} if asked_for else {}
        return super().changelist_view(request, context | (extra_context or {}))

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("place/", view(self.place), name="spaces_space_place"),
            path("<int:pk>/preview/", view(self.preview), name="spaces_space_preview"),
            *super().get_urls(),
        ]

    def place(self, request):
        """The postal town and county of ?postal_code=, and the centre of ?town= in ?county=, where they are known."""
        found = postal_place(request.GET.get("postal_code", ""))
        centre = town_centre(request.GET.get("town", ""), request.GET.get("county"))
        return JsonResponse(
            {
                "postal": {"town": found[0], "county": found[1]} if found else None,
                "centre": {"latitude": centre.latitude, "longitude": centre.longitude} if centre else None,
            }
        )

    def preview(self, request, pk):
        if not self.has_view_permission(request):
            raise PermissionDenied
        space = get_object_or_404(Space.objects.select_related("organisation"), pk=pk)
        public = Space.objects.public().filter(pk=pk).exists()
        return render_space(request, space, preview=True, public=public)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        context = {"place_url": reverse("admin:spaces_space_place")} | (extra_context or {})
        return super().changeform_view(request, object_id, form_url, context)

    def save_model(self, request, space, form, change):
        if "amenities" in form.changed_data:
            space._change_reason = difference(form.initial.get("amenities", []), form.cleaned_data["amenities"])
        super().save_model(request, space, form, change)
        self.warn(request, space, form, change)

    def warn(self, request, space, form, change):
        moved = {"latitude", "longitude"} & set(form.changed_data) or form.cleaned_data.get("at_town_centre")
        if change and {"address", "postal_code", "town"} & set(form.changed_data) and not moved:
            messages.warning(request, _("The address changed, but the pin stands where it stood. Is it still right?"))
        if change and form.marked_exact:
            messages.warning(request, _("The pin was moved and is marked as exact. Change that where it is not."))
        place = postal_place(space.postal_code)
        if place and place[1] != space.county:
            messages.warning(
                request,
                _("Postal code %(code)s is in %(county)s. Is the county right?")
                % {"code": space.postal_code, "county": place[1].label},
            )

    def save_formset(self, request, form, formset, change):
        """Photos have no history of their own: what became of them is told in an entry of the space's."""
        for photo_form in formset.forms:
            if photo_form.cleaned_data.get("picture") and not photo_form.cleaned_data.get("DELETE"):
                photo_form.instance.take(photo_form.cleaned_data["picture"])
        deleted = [form.instance.alt.text for form in formset.deleted_forms if form.instance.pk]
        super().save_formset(request, form, formset, change)
        told = [difference(deleted, formset.new_objects)]
        told += [f"~ {photo}" for photo, _fields in formset.changed_objects]
        if any(told):
            form.instance._change_reason = " ".join(filter(None, told))
            form.instance.save()


@admin.register(Amenity)
class AmenityAdmin(HistoryAdmin):
    object_history_list_template = "admin/history_list.html"
    object_history_form_template = "admin/history_form.html"
    list_display = ["name_nb", "name_en", "position"]
    prepopulated_fields = {"slug": ["name_en"]}
