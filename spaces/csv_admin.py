"""A list of the admin that is downloaded as CSV and filled from it."""

from hashlib import sha256
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from .csv_columns import COLUMNS, Cells, hint, label
from .csv_file import MOST_BYTES, MOST_ROWS, Unreadable, content, written
from .csv_import import Remark, SpaceImport, lock
from .models import Space


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    once = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)


def told(spaces: SpaceImport) -> str:
    counts = {name: len(getattr(spaces, name)) for name in ("new", "changed", "unchanged")}
    text = _("%(new)d new, %(changed)d changed, %(unchanged)d unchanged.") % counts
    added = [organisation.name for organisation in spaces.organisations.new]
    if added:
        text += " " + _("New organisations: %s.") % ", ".join(added[:10] + ["…"][: len(added) > 10])
    return text


def export(spaces) -> bytes:
    cells = Cells()
    rows = (cells.of(space) for space in spaces.select_related("organisation").prefetch_related("amenities"))
    return written([[label(column) for column in COLUMNS], *([row[column] for column in COLUMNS] for row in rows)])


class SpreadsheetAdmin:
    change_list_template = "admin/spaces/space/change_list.html"

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("export/", view(require_safe(self.export)), name="spaces_space_export"),
            path("import/", view(self.import_file), name="spaces_space_import"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        context = {"may_import": self.may_import(request)} | (extra_context or {})
        return super().changelist_view(request, context)

    def may_import(self, request) -> bool:
        """Who may add and change spaces, and add the organisations that a file names."""
        may = self.has_add_permission(request) and self.has_change_permission(request)
        return may and request.user.has_perm("members.add_organisation")

    def export(self, request):
        """What the list shows with the filters, search and order of the address."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            spaces = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect("admin:spaces_space_changelist")
        name = f"{slugify(Space._meta.verbose_name_plural)}-{timezone.localdate()}.csv"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(export(spaces), content_type="text/csv; charset=utf-8", headers=disposition)

    def import_file(self, request):
        if not self.may_import(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        context = {}
        if form.is_valid():
            try:
                outcome = (self.stored if "import" in request.POST else self.checked)(request, form.cleaned_data)
            except Unreadable as fault:
                outcome = {"faults": [Remark(None, fault.line, "", fault.reason)]}
            if outcome is None:
                return redirect("admin:spaces_space_changelist")
            context, form = outcome, ImportForm()
        return self.import_page(request, context | {"form": form})

    def import_page(self, request, context):
        context = (
            self.admin_site.each_context(request)
            | context
            | {
                "title": _("Import spaces"),
                "opts": self.opts,
                "columns": [(label(column), hint(column)) for column in COLUMNS],
                "most_megabytes": MOST_BYTES // 1024**2,
                "most_rows": MOST_ROWS,
            }
        )
        return TemplateResponse(request, "admin/spaces/space/import.html", context)

    def checked(self, request, data):
        spaces = SpaceImport(content(data["file"]))
        return {"faults": spaces.faults, "notes": spaces.notes, "told": told(spaces)}

    @transaction.atomic
    def stored(self, request, data):
        """None when all of it is stored; a second press of the button is told what the first one did."""
        raw = content(data["file"])
        key = sha256(data["once"].bytes + raw).hexdigest()
        lock()
        kind = ContentType.objects.get_for_model(Space)
        log = LogEntry.objects.filter(user=request.user, content_type=kind, change_message=key).first()
        if log is None:
            spaces = SpaceImport(raw, for_update=True)
            if spaces.faults:
                return {"faults": spaces.faults, "notes": spaces.notes}
            spaces.store(by=request.user)
            log = LogEntry(user=request.user, content_type=kind, action_flag=ADDITION, change_message=key)
            log.object_repr = told(spaces)[:200]
            log.save()
            self.note(request, spaces.notes)
        messages.success(request, log.object_repr)
        return None

    def note(self, request, notes):
        for remark in notes[:20]:
            messages.warning(request, _("Row %(number)d: %(text)s") % remark._asdict())
        if len(notes) > 20:
            messages.warning(request, _("And %d more. Only check shows them all.") % (len(notes) - 20))
