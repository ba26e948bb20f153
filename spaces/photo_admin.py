"""Photos in the admin's form of a space: several at once, and none is lost where something else is wrong."""

import re

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.bin.deleting import BinningFormSet
from core.history import difference
from core.images import ACCEPTED
from core.models import KeptFile

from .forms import PhotoForm
from .look_ups import unchecked
from .models import Photo
from .photos import checked

KIND, PREFIX, NEW = "photo", "photos", "new_photos"
MAX_ROWS = 100
SMALL_NUMBER = re.compile("[0-9]{1,5}")


class PhotoInline(admin.StackedInline):
    model = Photo
    form = PhotoForm
    formset = BinningFormSet
    template = "admin/spaces/space/_photos.html"
    extra = 0
    fields = ["preview", "picture", "kept", ("alt_nb", "alt_en"), ("credit", "position"), ("focus_x", "focus_y")]
    readonly_fields = ["preview"]
    accept = ACCEPTED

    def get_formset(self, request, obj=None, **options):
        return super().get_formset(request, obj, form=unchecked(request, self.form), **options)

    @admin.display(description=gettext_lazy("photo"))
    def preview(self, photo):
        return (
            format_html('<img class="photo-preview" src="{}" alt="{}">', photo.sources.fallback, photo.alt)
            if photo.key
            else "–"
        )


class PhotoAdmin:
    inlines = [PhotoInline]
    version_relations = ["photos"]

    def get_urls(self):
        view = self.admin_site.admin_view(self.kept_photo)
        return [path("kept/<str:pk>/", view, name="spaces_space_kept"), *super().get_urls()]

    def kept_photo(self, request, pk):
        if not self.has_change_permission(request):
            raise PermissionDenied
        kept = KeptFile.objects.of(request.user, KIND).with_token(pk)
        if kept is None:
            raise Http404
        return HttpResponse(bytes(kept.content), "image/jpeg", headers={"Cache-Control": "private, max-age=3600"})

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        may_save = self.has_change_permission(request) if object_id else self.has_add_permission(request)
        if request.method == "POST" and may_save:
            for fault in keep_photos(request):
                messages.error(request, fault)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_formset(self, request, form, formset, change):
        for photo_form in formset.forms:
            if photo_form.cleaned_data.get("picture") and not photo_form.cleaned_data.get("DELETE"):
                photo_form.instance.set_image(photo_form.cleaned_data["picture"])
        deleted = [form.instance.alt.text for form in formset.deleted_forms if form.instance.pk]
        super().save_formset(request, form, formset, change)
        tokens = [photo_form.cleaned_data.get("kept") for photo_form in formset.forms]
        KeptFile.objects.of(request.user, KIND).filter(pk__in=filter(None, tokens)).delete()
        # Photos have no history of their own: the space's says what became of them.
        changed = [photo for photo, _fields in formset.changed_objects]
        if changes := difference(deleted, formset.new_objects, changed, of="photo "):
            form.instance._change_reason = changes
            form.instance.save()


def keep_photos(request) -> list[str]:
    """Keep the pictures of the request, each under a token in its row, those chosen at once in rows of their own.

    Return what is wrong with those that are refused. A picture of a row stays in it, for the row's form to refuse.
    """
    data, files = request.POST.copy(), request.FILES
    own = {str(token) for token in KeptFile.objects.of(request.user, KIND).values_list("pk", flat=True)}
    rows = row_count(data)
    for name in [name for name in data if name.startswith(f"{PREFIX}-") and name.endswith("-kept")]:
        if data[name] not in own:
            data[name] = ""
    for prefix in (f"{PREFIX}-{row}" for row in range(rows)):
        if upload := files.get(f"{prefix}-picture"):
            try:
                data[f"{prefix}-kept"] = keep(request.user, upload)
                del files[f"{prefix}-picture"]
            except ValidationError:
                upload.seek(0)
    faults = []
    chosen, room = files.getlist(NEW), min(MAX_ROWS - rows, KeptFile.MAX_FILES - len(own))
    if len(chosen) > room:
        faults.append(_("Too many photos at once: %(count)d were not taken.") % {"count": len(chosen) - max(room, 0)})
    for upload in chosen[: max(room, 0)]:
        try:
            token = keep(request.user, upload)
        except ValidationError as error:
            faults.append(
                _("“%(file)s” was not taken. %(fault)s") % {"file": upload.name, "fault": " ".join(error.messages)}
            )
            continue
        row = {"kept": token, "position": last_position(data, rows) + 1, "focus_x": 50, "focus_y": 50}
        data.update({f"{PREFIX}-{rows}-{name}": str(value) for name, value in row.items()})
        rows += 1
        data[f"{PREFIX}-TOTAL_FORMS"] = str(rows)
    files.pop(NEW, None)
    request.POST = data
    return faults


def keep(user, upload) -> str:
    return KeptFile.objects.keep(user, KIND, checked(upload), upload.name)


def row_count(data) -> int:
    total = data.get(f"{PREFIX}-TOTAL_FORMS", "")
    return min(int(total), MAX_ROWS) if SMALL_NUMBER.fullmatch(total) else 0


def last_position(data, rows) -> int:
    typed = [data.get(f"{PREFIX}-{row}-position", "") for row in range(rows)]
    return max((int(position) for position in typed if SMALL_NUMBER.fullmatch(position)), default=0)
