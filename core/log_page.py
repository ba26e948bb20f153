from datetime import datetime, time

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from .history import full_name
from .log import Wanted, latest, read_cursor
from .validators import validate_not_in_future

PER_PAGE = 50


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, user):
        return full_name(user)


class LogFilter(forms.Form):
    who = PersonField(label=_("Who"), queryset=None, required=False, empty_label=_("Everybody"))
    kind = forms.ChoiceField(label=_("What"), required=False)
    since = forms.DateField(
        label=_("Since"),
        required=False,
        validators=[validate_not_in_future],
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )

    def __init__(self, *args, sources, **options):
        super().__init__(*args, **options)
        self.fields["who"].queryset = get_user_model().objects.filter(is_staff=True).order_by("first_name", "username")
        self.fields["kind"].choices = [("", _("Everything")), *((source.kind, source.label) for source in sources)]

    def wanted(self, before) -> Wanted:
        day = self.cleaned_data["since"]
        since = day and timezone.make_aware(datetime.combine(day, time.min))
        who = self.cleaned_data["who"]
        return Wanted(PER_PAGE + 1, before=before, user_id=who and who.pk, since=since)


@require_safe
def log_page(request, sources):
    """Show the log, filtered and paged by what was before an entry."""
    visible = [source for source in sources if source.is_visible(request.user)]
    if not visible:
        raise PermissionDenied
    form, entries = LogFilter(request.GET, sources=visible), []
    if form.is_valid():
        before = read_cursor(request.GET.get("before", ""))
        entries = latest(sources, request.user, form.wanted(before), form.cleaned_data["kind"])
    *shown, rest = [*entries[:PER_PAGE], entries[PER_PAGE:]]
    context = admin.site.each_context(request) | {"title": _("Log"), "form": form, "log": shown}
    if rest:
        chosen = {name: request.GET.get(name, "") for name in form.fields}
        context["older"] = urlencode(chosen | {"before": shown[-1].cursor})
    return TemplateResponse(request, "admin/log.html", context)
