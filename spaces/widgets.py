from django.contrib.admin.widgets import AutocompleteSelect
from django.forms.widgets import Media, Script

from core.admin import KEY
from core.search_text import sort_key
from members.models import Organisation


class OrganisationSelect(AutocompleteSelect):
    """Searches while one types, as a list of all would be long; where no script runs, takes a whole name instead."""

    template_name = "spaces/widgets/organisation.html"

    @property
    def media(self):
        return super().media + Media(js=[Script("spaces/organisation.js", type="module")])

    def value_from_datadict(self, data, files, name):
        typed = " ".join(data.get(f"{name}_name", "").replace("\0", "").split())
        if not typed:
            return super().value_from_datadict(data, files, name)
        keys = list(Organisation.objects.filter(sort_name=sort_key(typed)).values_list("pk", flat=True)[:2])
        return str(keys[0]) if len(keys) == 1 else typed  # which is no choice

    def optgroups(self, name, value, attrs=None):
        return super().optgroups(name, [key for key in value if KEY.fullmatch(str(key or ""))], attrs)

    def get_context(self, name, value, attrs):
        is_key = bool(KEY.fullmatch(str(value or "")))
        context = super().get_context(name, value if is_key else None, attrs)
        context["widget"]["typed"] = "" if is_key else value or ""
        return context
