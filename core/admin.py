import re
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from . import unsaved
from .bin.deleting import BinningAdmin
from .bin.models import Deletion
from .forms import RefusedForm, who_at
from .history_pages import KEY, HistoryPages
from .markdown import render_once, render_prose_once
from .merging import Merge, Opened, what_was_sent
from .models import RateLimit
from .next_page import redirect_to_next
from .versions import version_of

NOT_CHOSEN = _("Nothing is saved yet. Choose above what is to stay, and save again.")
MAX_PREVIEW = 4000  # as many as a field takes
MAX_PROSE_PREVIEW = 20_000
UNSTORABLE = re.compile("\0|[0-9]{19}")  # PostgreSQL raises for NUL, SQLite for a number of more than 64 bits


def filter_column(entry) -> str:
    """Return the path of the column of an entry of list_filter; a blank if a filter of our own names none."""
    if isinstance(entry, type):
        return getattr(entry, "column", "")
    return entry if isinstance(entry, str) else entry[0]


def filter_parameters(entry) -> set[str]:
    if isinstance(entry, type):
        return {entry.parameter_name}
    return {f"{filter_column(entry)}__{lookup}" for lookup in ("exact", "id__exact", "isnull")}


class StrictAdmin(admin.ModelAdmin):
    """Answers the look-ups of its filters alone: any other would tell, letter by letter, what the page hides."""

    show_full_result_count = False  # it reads the whole table
    view_on_site = False  # else by a short cut that our site has not

    def get_list_filter(self, request):
        return [entry for entry in super().get_list_filter(request) if self._can_filter(request, filter_column(entry))]

    def _can_filter(self, request, column):
        relation, separator, _column = column.partition(LOOKUP_SEP)
        if not separator:
            return True
        related_model = self.opts.get_field(relation).related_model
        return self.admin_site.get_model_admin(related_model).has_view_permission(request)

    def lookup_allowed(self, lookup, value, request):
        is_declared = any(lookup in filter_parameters(entry) for entry in self.get_list_filter(request))
        return is_declared and not UNSTORABLE.search(value)

    def changelist_view(self, request, extra_context=None):
        if not all(map(KEY.fullmatch, request.POST.getlist(ACTION_CHECKBOX_NAME))):
            raise BadRequest("A chosen row has no valid key.")
        # Not "Select space to change": most only look.
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, search_term.replace("\0", ""))

    def get_object(self, request, object_id, from_field=None):
        return super().get_object(request, object_id, from_field or None)  # Django looks for a column named ""


class AddedAlready(Exception):
    """The form was sent before, and what it adds is there."""


def sent_form(request) -> str:
    """Return what tells a form that is sent from any other; a blank if it is none that the site has shown."""
    if "csrfmiddlewaretoken" not in request.POST:  # another one each time a form is shown
        return ""
    files = [(name, file.name, file.size) for name, file in request.FILES.items()]
    return repr([request.user.pk, request.path, sorted(request.POST.lists()), files])


def count_added(form: str) -> bool:
    return not form or RateLimit.allows("added", form, at_most=1, within=timedelta(days=1))


class VersionedAdmin(StrictAdmin):
    """The base of every admin in which people change rows: a save names the version that its form was opened with.

    What others have saved since is merged with what was sent; where the two clash, the person is asked.
    """

    version_relations = ()  # of inlines

    def get_form(self, request, obj=None, change=False, **options):
        form = super().get_form(request, obj, change=change, **options)
        if refusals := getattr(request, "refusals", []):
            return type(form)(form.__name__, (RefusedForm, form), {"refusals": refusals})
        return form

    def add_view(self, request, form_url="", extra_context=None):
        """Add once what is sent twice, as by a double click."""
        request.sent_form = sent_form(request)
        with suppress(AddedAlready):
            response = super().add_view(request, form_url, extra_context)
            if request.method != "POST" or response.status_code != 200 or not self._is_added(request):
                return response
        messages.info(request, _("It was saved by the first press of the button."))
        return redirect(admin_urlname(self.opts, "changelist"))

    @transaction.atomic
    def _is_added(self, request) -> bool:
        is_first = count_added(request.sent_form)
        transaction.set_rollback(True)  # it only looks
        return not is_first

    def save_model(self, request, obj, form, change):
        if not change and not count_added(request.sent_form):
            raise AddedAlready
        request.sent_form = ""
        super().save_model(request, obj, form, change)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        request.refusals = []
        if data := unsaved.pop(request):
            # As if it had just been sent; the form that get_form() makes refuses it.
            request.FILES.clear()  # read first: the first look at them sets POST as well
            request.method, request.POST = "POST", data
            request.refusals.append(unsaved.NOT_SAVED)
        if request.method != "POST" or not object_id:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            if self.has_change_permission(request):  # else it is refused
                obj = self.get_object(request, unquote(object_id))
                # Locked, so that of two saves at once the later one sees what the earlier one stored.
                stored = obj and type(obj)._default_manager.select_for_update().filter(pk=obj.pk).first()
                if not stored or not self.has_change_permission(request, stored):
                    return self.not_saved(request, object_id, stored)
                self.merge(request, stored)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def not_saved(self, request, object_id, obj):
        """Show what was typed into a form whose row is there no more, or can no longer be changed, and say why."""
        blank, key = self.model(), object_id if KEY.fullmatch(object_id) else 0
        form = self.get_form(request, blank, change=True)(instance=blank)
        formsets = [
            formset(instance=blank, prefix=formset.get_default_prefix())
            for formset, _inline in self.get_formsets_with_inlines(request)
        ]
        deletion = None if obj else Deletion.objects.of(self.model, key).first()
        can_add = not deletion and not formsets and self.has_add_permission(request)
        context = self.admin_site.each_context(request) | {
            "title": _("What you wrote is not saved"),
            "opts": self.opts,
            "original": obj,
            "why": (self.why_final(obj) or _("It can no longer be changed.")) if obj else self.who_deleted(key),
            "deletion": deletion,
            "typed": what_was_sent(form, formsets, request.POST),
            "to_send": [each for each in request.POST.lists() if not each[0].startswith(("_", "csrf"))],
            "can_add": can_add,
        }
        return render(request, "admin/not_saved.html", context, status=HTTPStatus.CONFLICT)

    def why_final(self, obj) -> str:
        """Say who made the row one that is never changed."""
        return ""

    def who_deleted(self, key) -> str:
        kind = ContentType.objects.get_for_model(self.model)
        logged = LogEntry.objects.filter(content_type=kind, object_id=key, action_flag=DELETION)
        if entry := logged.select_related("user").first():
            return _("%(who)s deleted this on %(when)s, while you had it open.") % who_at(entry.user, entry.action_time)
        return _("It is no longer here.")

    def delete_view(self, request, object_id, extra_context=None):
        obj = self.get_object(request, unquote(object_id))
        is_final = obj and self.has_delete_permission(request) and not self.has_delete_permission(request, obj)
        if is_final and (why := self.why_final(obj)):
            self.message_user(request, why, messages.WARNING)
            return redirect(admin_urlname(self.opts, "change"), obj.pk)
        return super().delete_view(request, object_id, extra_context)

    def merge(self, request, stored):
        """Put into the request what others have saved since its form was opened."""
        sent, version = request.POST, version_of(stored, self.version_relations)
        opened = Opened.loads(sent.get("opened", ""), stored, sent.get("version", ""))
        if sent.get("version") == version and not (opened and opened.asked):
            return
        request.merge = Merge(*self.forms_as_stored(request, stored), sent, request.FILES, opened, version)
        request.POST = request.merge.data
        if request.merge.clashes:
            request.refusals.append(NOT_CHOSEN)

    def forms_as_stored(self, request, obj):
        form = self.get_form(request, obj, change=True)(instance=obj)
        formsets = [
            formset(instance=obj, prefix=formset.get_default_prefix(), queryset=inline.get_queryset(request))
            for formset, inline in self.get_formsets_with_inlines(request, obj)
            if formset.get_default_prefix() in self.version_relations
        ]
        return form, formsets

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if change and self.has_change_permission(request, obj):
            if request.method == "POST":
                version, opened = (request.POST.get(name, "") for name in ("version", "opened"))
            else:
                formsets = [inline.formset for inline in context["inline_admin_formsets"]]
                formsets = [formset for formset in formsets if formset.prefix in self.version_relations]
                version = version_of(obj, self.version_relations)
                opened = Opened.of(context["adminform"].form, formsets).dumps(obj, version)
            context |= {"version": version, "opened": opened, "merge": getattr(request, "merge", None)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request, obj):
        if merge := getattr(request, "merge", None):
            self.message_user(request, merge.summary)
        return super().response_change(request, obj)

    def response_post_save_change(self, request, obj):
        return redirect_to_next(request) or super().response_post_save_change(request, obj)

    def response_delete(self, request, obj_display, obj_id):
        response = super().response_delete(request, obj_display, obj_id)
        return redirect_to_next(request) or response


class HistoryAdmin(BinningAdmin, VersionedAdmin, HistoryPages):
    """Adds a history of who changed what and when, and undoes: what is deleted, and what was changed."""


class ReadOnlyAdmin(StrictAdmin):
    """For rows that the site writes and nobody changes."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class RecordAdmin(HistoryAdmin):
    """Adds folded search."""

    search_fields = ["search_text"]
    list_per_page = 50
    save_on_top = True
    erased_from_history = ["email", "phone"]

    def get_search_results(self, request, queryset, search_term):
        return queryset.search(search_term), False

    def save_model(self, request, obj, form, change):
        if form.changed_data or not change:  # else the history would say that something changed
            super().save_model(request, obj, form, change)

    def get_view_on_site_url(self, obj=None):
        # As it is stored, since a refused form has changed obj; and only if visitors can see the page.
        stored = type(obj).objects.public().filter(pk=obj.pk).first() if obj else None
        return stored.get_absolute_url() if stored else None


def verb_action(verb, description, done, warning=None):
    """Return a bulk action that calls the queryset's verb, after a page with the warning if there is one.

    `done` is a lazy ngettext text with the %(count)d of rows that it changed.
    """

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
        texts = [done % {"count": changed}] if changed else []
        if same := total - changed:
            texts.append(ngettext("%(count)d was so already.", "%(count)d were so already.", same) % {"count": same})
        modeladmin.message_user(request, " ".join(map(str, texts)))
        return None

    act.__name__ = verb
    return act


@require_POST
def preview_markdown(request, render=render_once, max_chars=MAX_PREVIEW):
    """Answer what a page makes of the posted text."""
    return HttpResponse(render(request.POST.get("text", "")[:max_chars]).html)


def preview_prose(request):
    return preview_markdown(request, render_prose_once, MAX_PROSE_PREVIEW)
