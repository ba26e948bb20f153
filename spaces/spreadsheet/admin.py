"""A list of the admin that is downloaded as CSV and filled from it."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import chain
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.circuit_breaker import CircuitOpen, acquire_slot
from core.models import KeptFile
from core.search_text import BATCH

from .file import MAX_BYTES, MAX_ROWS, Unreadable, read_upload, write_csv
from .sheet import RowMessage, lock_imports

KIND = "import"
MAX_SHOWN = 200  # rows of a check; a summary counts them all


class ImportForm(forms.Form):
    """A file, or the token of the one that was checked before, and of what it would have changed then."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    once = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user, **options):
        self.user = user
        super().__init__(*args, **options)

    def clean(self):
        data = super().clean()
        if data.get("file") is not None:
            return data | {"kept": None, "seen": ""}
        data["kept"] = KeptFile.objects.of(self.user, KIND).with_token(data.get("kept") or "-")
        if data["kept"] is None and "file" not in self.errors:
            self.add_error(
                "file",
                _("The file that was checked is no longer here. Choose it again.")
                if self.data.get("kept")
                else self.fields["file"].error_messages["required"],
            )
        return data


class Export:
    """The file, written while it is sent, in the language in which it was asked for, whatever that is by then.

    `slot` is held until all is sent, or whoever asked has gone.
    """

    def __init__(self, records, columns, slot):
        self.records, self.slot, self.language = records, slot, get_language()
        self.columns = list(columns.make().values())
        self.header = [str(column.label) for column in self.columns]

    # Where nobody has begun to iterate, a generator would be closed without freeing the slot.
    def close(self):
        self.slot.close()

    def __iter__(self) -> Iterator[bytes]:
        cells = ([column.write(record) for column in self.columns] for record in self.records)
        numbers = {place for place, column in enumerate(self.columns) if column.is_number}
        file = write_csv(chain([self.header], cells), numbers)
        with self.slot:
            while True:
                with override(self.language):
                    part = next(file, None)
                if part is None:
                    return
                yield part


def fingerprint(changes) -> str:
    return sha256(repr(changes).encode()).hexdigest()


class SpreadsheetAdmin:
    change_list_template = "admin/spreadsheet/change_list.html"
    sheet = None  # the SheetImport of the rows
    import_title = ""
    import_permissions = []  # besides those to add and change rows

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("export/", view(require_safe(self.export)), name=self.url_name("export")),
            path("import/", view(self.import_file), name=self.url_name("import")),
            *super().get_urls(),
        ]

    def url_name(self, page) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def changelist_view(self, request, extra_context=None):
        context = {"can_import": self.can_import(request)} | (extra_context or {})
        return super().changelist_view(request, context)

    def can_import(self, request) -> bool:
        can_edit = self.has_add_permission(request) and self.has_change_permission(request)
        return can_edit and request.user.has_perms(self.import_permissions)

    def export_rows(self, queryset):
        return queryset.prefetch_related(None).iterator(BATCH)

    def export(self, request):
        """Send what the list shows with the filters, search and order of the address."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            records = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return redirect(f"admin:{self.url_name('changelist')}")
        try:
            slot = acquire_slot("export")  # a long one holds a worker: the others serve visitors
        except CircuitOpen:
            messages.warning(request, _("A file is being downloaded just now. Try again in half a minute."))
            changelist = reverse(f"admin:{self.url_name('changelist')}")
            return redirect(f"{changelist}?{request.GET.urlencode()}")
        name = f"{slugify(self.opts.verbose_name_plural)}-{timezone.localdate()}.csv"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        body = Export(self.export_rows(records), self.sheet.columns, slot)
        return StreamingHttpResponse(body, content_type="text/csv; charset=utf-8", headers=disposition)

    def import_file(self, request):
        if not self.can_import(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None, user=request.user)
        context = {}
        if form.is_valid():
            data, do = form.cleaned_data, self.store if "import" in request.POST else self.check_file
            try:
                raw = bytes(data["kept"].content) if data["kept"] else read_upload(data["file"])
                context = do(request, raw, data)
            except Unreadable as fault:
                context = {"faults": [RowMessage(None, fault.line, "", fault.reason)]}
            if context is None:
                return redirect(f"admin:{self.url_name('changelist')}")
            form = ImportForm(user=request.user)
        return self.import_page(request, context | {"form": form})

    def import_page(self, request, context):
        context = (
            self.admin_site.each_context(request)
            | context
            | {
                "title": self.import_title,
                "opts": self.opts,
                "columns": [(column.label, column.hint) for column in self.sheet.columns.make().values()],
                "max_megabytes": MAX_BYTES // 1024**2,
                "max_rows": MAX_ROWS,
            }
        )
        return TemplateResponse(request, "admin/spreadsheet/import.html", context)

    def check_file(self, request, raw, data):
        return self.checked(request, self.sheet(raw), raw, data)

    def checked(self, request, rows, raw, data):
        """Return the context of a check. The file is kept, for the import not to ask for it again."""
        if rows.faults:
            return {"faults": rows.faults, "notes": rows.notes}
        name, changes = data["file"].name if data["file"] else data["kept"].name, rows.changes
        return {
            "notes": rows.notes,
            "summary": rows.summary,
            "changes": changes[:MAX_SHOWN],
            "more": max(0, len(changes) - MAX_SHOWN),
            "kept": data["kept"].pk if data["kept"] else KeptFile.objects.keep(request.user, KIND, raw, name),
            "seen": fingerprint(changes),
            "file_name": name,
        }

    @transaction.atomic
    def store(self, request, raw, data):
        """Return None if everything is stored, else context for the page."""
        # Pressed twice, the button shows what the first press did.
        key = sha256(data["once"].bytes + raw).hexdigest()
        lock_imports()
        content_type = ContentType.objects.get_for_model(self.model)
        log = LogEntry.objects.filter(user=request.user, content_type=content_type, change_message=key).first()
        if log is None:
            rows = self.sheet(raw, for_update=True)
            if rows.faults:
                return {"faults": rows.faults, "notes": rows.notes}
            if data["seen"] and data["seen"] != fingerprint(rows.changes):
                return self.checked(request, rows, raw, data) | {"is_changed": True}
            rows.store(by=request.user)
            log = LogEntry(user=request.user, content_type=content_type, action_flag=ADDITION, change_message=key)
            log.object_repr = rows.summary[:200]
            log.save()
            self.show_warnings(request, rows.notes)
        messages.success(request, log.object_repr)
        return None

    def show_warnings(self, request, notes):
        for message in notes[:20]:
            messages.warning(request, _("Row %(number)d: %(text)s") % message._asdict())
        if len(notes) > 20:
            messages.warning(request, _("And %d more. Only check shows them all.") % (len(notes) - 20))
