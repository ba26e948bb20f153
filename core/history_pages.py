"""The admin's pages of a row's history, and the buttons that bring an earlier version or a column of it back."""

import re

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin

from .bin.models import Deletion
from .changes import ChangesInWords, Stale, bring_back
from .forms import who_and_when
from .next_page import redirect_to_next

KEY = re.compile("[0-9]{1,18}")


class HistoryPages(SimpleHistoryAdmin):
    object_history_template = "admin/history.html"
    object_history_list_template = "admin/history_list.html"
    history_list_per_page = 25
    changes_in_words = ChangesInWords
    left_alone = ""  # says what of a row its history does not hold
    erased_from_history = ()  # columns that are blank in an entry because it is old

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_bring_back"
        view = self.admin_site.admin_view(self.bring_back_view)
        return [path("<int:object_id>/history/<int:version_id>/bring-back/", view, name=name), *super().get_urls()]

    def history_view(self, request, object_id, extra_context=None):
        if not KEY.fullmatch(object_id):
            raise Http404  # simple_history looks up whatever the address holds, and a word or a huge number would raise
        return super().history_view(request, object_id, self._context(request, object_id) | (extra_context or {}))

    def _context(self, request, object_id):
        row = self.get_object(request, object_id)
        newest = self.model.history.filter(id=object_id).first()
        return {
            "made_from": newest and newest.pk,
            "can_bring_back": row and self.has_change_permission(request, row),
            "deletion": None if row else Deletion.objects.of(self.model, object_id).first(),
        }

    def set_history_delta_changes(self, request, historical_records, foreign_keys_are_objs=True):
        words, entries = self.changes_in_words(self.model), list(historical_records)
        if not entries:
            return
        before_all = self.get_history_queryset(request, self.model.history, "id", entries[-1].id)
        last = entries[-1]
        older = before_all.filter(history_date__lte=last.history_date).exclude(pk__gte=last.pk).first()
        newest = self.get_history_queryset(request, self.model.history, "id", last.id).first()
        for entry, before in zip(entries, [*entries[1:], older], strict=True):
            entry.before = before
            changes = words.between(before, entry) if before and entry.history_type == "~" else []
            entry.changes = [(change, not words.differ(change.columns, entry, newest)) for change in changes]

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        """Show an earlier version beside the row as it is now."""
        version = self._version(request, object_id, version_id)
        row = self.get_object(request, object_id)
        context = self.admin_site.each_context(request) | self._context(request, object_id)
        context |= {
            "title": _("Earlier version"),
            "opts": self.opts,
            "object": row or version.instance,
            "version": version,
            "changes": self.changes_in_words(self.model).between(row, version),
            "left_alone": self.left_alone,
        }
        return TemplateResponse(request, "admin/history_version.html", context | (extra_context or {}))

    def _version(self, request, object_id, version_id):
        if not KEY.fullmatch(str(object_id)) or not KEY.fullmatch(str(version_id)):
            raise Http404
        versions = self.get_history_queryset(request, self.model.history, "id", object_id)
        version = versions.filter(pk=version_id).first()
        if not self.has_view_permission(request, version and version.instance):
            raise PermissionDenied
        if version is None:
            raise Http404
        return version

    def bring_back_view(self, request, object_id, version_id):
        """Bring back the columns that are posted as `field`, or without any the whole version."""
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        version = self._version(request, object_id, version_id)
        if request.method != "POST":  # after a login
            return redirect(f"{page}_simple_history", object_id, version_id)
        row = self.get_object(request, str(object_id))
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if row is None:
            messages.warning(request, _("It is deleted. Restore it from the bin first."))
        else:
            self._bring_back(request, row, version)
        return redirect_to_next(request) or redirect(f"{page}_history", object_id)

    def _bring_back(self, request, row, version):
        names, words = request.POST.getlist("field"), self.changes_in_words(self.model)
        columns = words.columns(names) if names else self._all_columns(words, version)
        try:
            is_done = bring_back(row, version, columns, by=request.user, made_from=request.POST.get("made_from", ""))
        except Stale as stale:
            told = _("%(who)s changed this on %(when)s, while you had it open. Nothing was brought back: look again.")
            messages.error(request, told % who_and_when(stale.latest))
        except ValidationError as error:
            for field, faults in error.message_dict.items():
                messages.error(request, self.in_words(field, faults))
        else:
            done = _("Brought back.") if is_done else _("It is so already. Nothing was changed.")
            messages.success(request, " ".join(filter(None, [done, "" if names else str(self.left_alone)])))

    def _all_columns(self, words, version):
        columns = words.columns([field.name for field in words.fields])
        return [name for name in columns if getattr(version, name) or name not in self.erased_from_history]

    def in_words(self, field, faults) -> str:
        label = "" if field == NON_FIELD_ERRORS else f"{capfirst(self.opts.get_field(field).verbose_name)}: "
        return f"{label}{' '.join(faults)}"
