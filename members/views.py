from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import redirect, render

from .models import Organisation
from .structured_data import organisation_data


def redirect_from_old_slug(queryset, slug):
    """To the row of the queryset that once had this slug; 404 where there is none."""
    row = queryset.formerly_at(slug).first()
    if row is None:
        raise Http404
    return redirect(row, permanent=True)


def with_public_spaces(queryset, *also):
    """The queryset with each one's public_spaces, prefetched with what else of them is named."""
    spaces = Organisation._meta.get_field("spaces").related_model.objects.public().prefetch_related(*also)
    return queryset.prefetch_related(Prefetch("spaces", spaces, to_attr="public_spaces"))


def organisations(request):
    public = with_public_spaces(Organisation.objects.public())
    return render(
        request,
        "members/organisation_list.html",
        {
            "members": [organisation for organisation in public if organisation.is_member],
            "prospects": [organisation for organisation in public if not organisation.is_member],
        },
    )


def organisation(request, slug):
    organisation = with_public_spaces(Organisation.objects.public(), "photos").filter(slug=slug).first()
    if organisation is None:
        return redirect_from_old_slug(Organisation.objects.public(), slug)
    return render(
        request,
        "members/organisation_detail.html",
        {"organisation": organisation, "structured_data": organisation_data(organisation)},
    )
