from django.http import Http404
from django.shortcuts import redirect, render

from .models import Organisation
from .public import public
from .structured_data import organisation_data


def redirect_from_old_slug(queryset, slug):
    """To the row of the queryset that once had this slug; 404 where there is none."""
    row = queryset.formerly_at(slug).first()
    if row is None:
        raise Http404
    return redirect(row, permanent=True)


@public
def organisations(request):
    public = Organisation.objects.public().with_public_spaces()
    return render(
        request,
        "members/organisation_list.html",
        {
            "members": [organisation for organisation in public if organisation.is_member],
            "prospects": [organisation for organisation in public if not organisation.is_member],
        },
    )


@public
def organisation(request, slug):
    organisation = Organisation.objects.public().with_public_spaces("photos").filter(slug=slug).first()
    if organisation is None:
        return redirect_from_old_slug(Organisation.objects.public(), slug)
    return render(
        request,
        "members/organisation_detail.html",
        {"organisation": organisation, "structured_data": organisation_data(organisation)},
    )
