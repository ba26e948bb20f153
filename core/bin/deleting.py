"""Deletion in the admin that can be undone."""

from django.contrib import admin
from django.db import transaction
from django.forms import BaseInlineFormSet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from .models import RETENTION, Deletion


def in_bin_until(day) -> str:
    return _("In the bin until %(day)s") % {"day": date_format(day, "MONTH_DAY_FORMAT")}


class BinningFormSet(BaseInlineFormSet):
    """Puts what is taken out of the form into the bin."""

    deleted_by = None

    def delete_existing(self, obj, commit=True):
        if commit:
            Deletion.objects.put(obj, by=self.deleted_by)


class BinningAdmin(admin.ModelAdmin):
    """Puts what is deleted, by its page or by the list's action, into the bin, and says so before and after."""

    delete_confirmation_template = "bin/delete_confirmation.html"
    delete_selected_confirmation_template = "bin/delete_selected_confirmation.html"

    def delete_model(self, request, obj):
        Deletion.objects.put(obj, by=request.user)
        self._say_where(request)

    def save_formset(self, request, form, formset, change):
        formset.deleted_by = request.user
        super().save_formset(request, form, formset, change)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        for row in queryset:
            Deletion.objects.put(row, by=request.user)
        self._say_where(request)

    def _say_where(self, request):
        until, url = in_bin_until(timezone.localdate() + RETENTION), reverse("admin:bin_deletion_changelist")
        self.message_user(request, format_html('{} · <a href="{}">{}</a>', until, url, _("Open the bin")))
