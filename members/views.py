from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from core.decorators import public_page
from core.pages import canonical_of_page, edit_url
from core.slugs import redirect_from_old_slug
from core.structured_data import breadcrumb_data
from spaces.models import Space
from spaces.wall import NOTE_FIELDS, notes

from .models import Organisation, Visibility
from .structured_data import organisation_data

PAGE_SIZE = 60


@public_page
def organisations(request):
    listed = Organisation.objects.public().members_first().only(*NOTE_FIELDS)
    page = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "notes": notes(page), "Visibility": Visibility}
    context["member_count"] = Organisation.objects.members().count()
    return render(request, "members/organisation_list.html", context | canonical_of_page(request, page))


@public_page
def organisation(request, slug):
    spaces = Prefetch("spaces", Space.objects.public().prefetch_related("photos"), to_attr="public_spaces")
    organisation = Organisation.objects.public().filter(slug=slug).prefetch_related(spaces).first()
    if organisation is None:
        return redirect_from_old_slug(Organisation.objects.public(), slug)
    trail = [(_("Members"), reverse("members:organisations")), (organisation.name, organisation.get_absolute_url())]
    context = {
        "organisation": organisation,
        "summary": summary(organisation),
        "trail": trail,
        "edit_url": edit_url(request, organisation),
        "structured_data": [organisation_data(organisation), breadcrumb_data(trail)],
    }
    response = render(request, "members/organisation_detail.html", context)
    response.changes_each_minute = True  # it says which of its spaces are open now
    return response


def summary(organisation) -> str:
    if organisation.description:
        return Truncator(organisation.description_text).chars(155)
    return _("%(name)s in Coworking Norge: its spaces and how to reach it.") % {"name": organisation.name}
