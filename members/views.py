from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render

from .models import Organisation
from .public import public
from .structured_data import organisation_data

PAGE_SIZE = 24


def redirect_from_old_slug(queryset, slug):
    """To the row of the queryset that once had this slug; 404 where there is none."""
    row = queryset.formerly_at(slug).first()
    if row is None:
        raise Http404
    return redirect(row, permanent=True)


@public
def organisations(request):
    listed = Organisation.objects.public().members_first().with_public_spaces()
    page = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "member_count": Organisation.objects.members().count()}
    if page.number > 1:
        context["canonical"] = f"{settings.SITE_URL}{request.path}?page={page.number}"
    return render(request, "members/organisation_list.html", context)


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
