from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from .history import full_name
from .http import one_line
from .slugs import free_slug


class LineField(forms.CharField):
    """One line, however it was pasted, of letters that are seen: no others hide in it or turn what stands after it."""

    def to_python(self, value):
        return one_line(super().to_python(value))


class TextField(forms.CharField):
    """Lines, whose ends count as one character, as they do in the browser."""

    widget = forms.Textarea

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class MarkdownWidget(forms.Textarea):
    """Shows, where scripts run, what a page makes of the text."""

    template_name = "core/widgets/markdown.html"
    HINT = _(
        "**Two stars** around words make them bold, a line that begins with - is a point of a list, and "
        "[words](https://example.org) are a link. Web addresses become links by themselves."
    )

    class Media:
        css = {"all": ["core/markdown.css"]}
        js = [Script("core/markdown.js", type="module")]

    def __init__(self):
        super().__init__({"rows": 5})

    is_prose = False

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["is_prose"] = self.is_prose
        context["widget"]["preview_url"] = reverse("admin:preview_prose" if self.is_prose else "admin:preview_markdown")
        return context


class ProseWidget(MarkdownWidget):
    """Takes headings and pictures too, by buttons where scripts run."""

    HINT = _(
        "A line that begins with ## is a heading, **two stars** around words make them bold, a line that begins with "
        "- is a point of a list, and [words](https://example.org) are a link. {kontakt} becomes the network’s e-mail "
        "address; a paragraph with it is left out while none is set."
    )
    IN_ENGLISH = _("Left empty, English pages show the Norwegian text.")
    is_prose = True

    def __init__(self):
        super().__init__()
        self.attrs["rows"] = 16


class RefusedForm(forms.ModelForm):
    """Shows what was typed, and is never valid: it is for the person to look over and save."""

    refusals = ()

    def clean(self):
        super().clean()
        raise ValidationError(list(self.refusals))


def who_at(user, at) -> dict[str, str]:
    who = full_name(user) if user else _("the system")
    return {"who": str(who), "when": date_format(localtime(at), "SHORT_DATETIME_FORMAT") if at else "–"}


def who_and_when(entry) -> dict[str, str]:
    return who_at(entry and entry.history_user, entry and entry.history_date)


class RecordForm(forms.ModelForm):
    """Makes a slug if none is typed."""

    slug_source = "name"

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].error_messages["invalid"] = _("Use only the letters a to z, digits and hyphens.")

    def slug_from(self, data) -> list[str]:
        return [data[self.slug_source]]

    def clean(self):
        data = super().clean()
        may_be_made = "slug" in self.fields and "slug" not in self.errors and data.get(self.slug_source)
        if may_be_made and not data.get("slug"):
            data["slug"] = free_slug(type(self.instance), *self.slug_from(data))
        return data
