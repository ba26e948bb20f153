from django.contrib import admin, messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from core.admin import ReadOnlyAdmin
from core.history import name_or_gone
from core.next_page import redirect_to_next

from .models import Deletion, Gone


def is_allowed(user, verb: str, deletion) -> bool:
    """Whether the user may "add" or "delete" rows like the one in the bin."""
    options = deletion.kind.model_class()._meta
    return user.has_perm(f"{options.app_label}.{get_permission_codename(verb, options)}")


@admin.register(Deletion)
class DeletionAdmin(ReadOnlyAdmin):
    list_display = ["label", "restore_button", "what", "who", "at", "kept_until", "names_person"]
    list_select_related = ["by", "kind"]
    list_per_page = 50
    actions = None
    search_fields = ["label"]
    search_help_text = _("What it was called, or a person named in it")
    fields = readonly_fields = ["label", "what", "who", "at", "kept_until"]

    @admin.display(description=_("what it was"), ordering="kind")
    def what(self, deletion):
        return capfirst(deletion.kind.model_class()._meta.verbose_name)

    @admin.display(description=_("who"), ordering="by")
    def who(self, deletion):
        return name_or_gone(deletion.by)

    @admin.display(description=_("in the bin until"), ordering="at")
    def kept_until(self, deletion):
        return date_format(deletion.until)

    @admin.display(description=_("names a person"))
    def names_person(self, deletion):
        return _("yes") if deletion.names_person else "–"

    @admin.display(description=_("bring back"))
    def restore_button(self, deletion):
        # A button of the list's own form, which has a token: no form stands in another.
        url = reverse("admin:bin_deletion_restore", args=[deletion.pk])
        button = '<button type="submit" class="button" formaction="{}" aria-label="{}: {}">{}</button>'
        return format_html(button, url, _("Restore"), deletion, _("Restore"))

    def get_search_results(self, request, queryset, search_term):
        # In Python: each database writes JSON its own way, and the bin holds what was deleted in ninety days.
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        term = search_term.casefold()
        named = [each.pk for each in queryset if any(term in text.casefold() for text in each.personal_data)]
        return (found | queryset.filter(pk__in=named) if term else found), may_repeat

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": _("Bin")} | (extra_context or {}))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return super().change_view(request, object_id, form_url, {"title": _("In the bin")} | (extra_context or {}))

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/restore/", view(self.restore), name="bin_deletion_restore"),
            path("<int:pk>/erase/", view(self.erase), name="bin_deletion_erase"),
            path("<int:pk>/erase-person/", view(self.erase_person), name="bin_deletion_erase_person"),
            *super().get_urls(),
        ]

    def _get(self, request, pk, verb):
        deletion = Deletion.objects.select_related("kind").filter(pk=pk).first()
        if not self.has_view_permission(request) or (deletion and not is_allowed(request.user, verb, deletion)):
            raise PermissionDenied
        return deletion

    def _say_gone(self, request):
        messages.info(request, _("It is no longer in the bin: it has been restored or erased."))
        return redirect("admin:bin_deletion_changelist")

    def restore(self, request, pk):
        deletion = self._get(request, pk, "add")
        if request.method != "POST":  # after a login
            return redirect("admin:bin_deletion_change", pk)
        try:
            row = deletion and deletion.restore(by=request.user)
        except Gone:
            row = None
        except ValidationError as error:
            return self._say_what_is_in_the_way(request, deletion, error)
        if row is None:
            return self._say_gone(request)
        messages.success(request, _("“%(row)s” is back.") % {"row": row})
        page = getattr(row, row.PART_OF) if hasattr(row, "PART_OF") else row
        return redirect_to_next(request) or redirect(
            f"admin:{page._meta.app_label}_{page._meta.model_name}_change", page.pk
        )

    def _say_what_is_in_the_way(self, request, deletion, error):
        options = deletion.kind.model_class()._meta
        for field, faults in error.message_dict.items():
            label = "" if field == NON_FIELD_ERRORS else f"{capfirst(options.get_field(field).verbose_name)}: "
            messages.error(request, f"{label}{' '.join(faults)}")
        messages.warning(request, _("Nothing was restored. It is still in the bin."))
        return redirect("admin:bin_deletion_change", deletion.pk)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def erase(self, request, pk):
        deletion = self._get(request, pk, "delete")
        if deletion is None:
            return self._say_gone(request)
        if request.method != "POST":
            text = _("“%(deletion)s” and its photos are erased at once. This cannot be undone.")
            return self._ask(request, deletion, _("Erase now"), text % {"deletion": deletion})
        if deletion.erase():
            messages.success(request, _("“%(row)s” is erased for good.") % {"row": deletion})
            return redirect("admin:bin_deletion_changelist")
        return self._say_gone(request)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def erase_person(self, request, pk):
        """Erase the person whose key is asked for as `person`, or without one the name in the row itself."""
        deletion = self._get(request, pk, "delete")
        key = request.GET.get("person", "")
        named = {str(person["pk"]): person["fields"]["name"] for person in deletion.persons} if deletion else {}
        if not (key in named if key else deletion and deletion.names_person):
            return self._say_gone(request)
        if request.method != "POST":
            title = _("Erase %(name)s") % {"name": named[key]} if key else _("Erase the person’s name")
            text = _("What the bin knows of the person is erased at once, which cannot be undone. The rest stays.")
            return self._ask(request, deletion, title, text)
        try:
            deletion.erase_person(int(key) if key else None)
        except Gone:
            return self._say_gone(request)
        messages.success(request, _("Erased for good. The rest can still be restored."))
        return redirect("admin:bin_deletion_change", pk)

    def _ask(self, request, deletion, title, text):
        context = {"title": title, "text": text, "deletion": deletion, "opts": self.opts}
        context |= self.admin_site.each_context(request)
        return TemplateResponse(request, "admin/bin/deletion/erase.html", context)
