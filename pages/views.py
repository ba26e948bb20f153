from contextlib import suppress
from datetime import date, timedelta

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from core.decorators import public_page
from core.pages import canonical_of_page
from core.slugs import redirect_from_old_slug
from core.structured_data import absolute

from . import network
from .models import Agreement, News, Page
from .network import Network

PAGE_SIZE = 20


@public_page
def page(request, slug):
    page = Page.objects.at_own_address().filter(slug=slug).first()
    if page is None:
        return redirect_from_old_slug(Page.objects.at_own_address(), slug)
    return render_publication(request, page)


@public_page
def news(request):
    page = Paginator(News.objects.public().newest_first(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "pages/news_list.html", {"page": page} | canonical_of_page(request, page))


@public_page
def news_item(request, slug):
    item = News.objects.public().filter(slug=slug).first()
    if item is None:
        return redirect_from_old_slug(News.objects.public(), slug)
    return render_publication(request, item)


@public_page
def agreement(request):
    return render_agreement(request, timezone.localdate())


@public_page
def agreement_on(request, day):
    """Show the version that held on the day, such as 2026-11-30."""
    with suppress(ValueError):
        on = date.fromisoformat(day)
        if on.isoformat() == day and on <= timezone.localdate():
            return render_agreement(request, on)
    raise Http404


def render_agreement(request, on):
    versions = versions_of_agreement()
    shown = next((version for version in versions if version.date is None or version.date <= on), None)
    if shown is None:
        raise Http404
    last_day = shown.last_day
    address = reverse("pages:agreement_on", args=[last_day]) if last_day else reverse("pages:agreement")
    return render_publication(request, shown, versions=versions, canonical=absolute(address))


def versions_of_agreement() -> list[Agreement]:
    """Return those that held for a day at least, the newest first, each with its last day if it has a successor."""
    versions, successor = [], None
    for version in Agreement.objects.public().newest_first():
        version.last_day = successor and successor.date - timedelta(days=1)
        if successor is None or version.date is None or version.date < successor.date:
            versions.append(version)
            successor = version
    return versions


def render_preview(request, publication, edit_url):
    """Show the text as it would be published, in the layout of its page where that needs nothing else."""
    context = {"preview": True, "edit_url": edit_url, "draft": publication.draft}
    for name, value in (publication.drafted if publication.draft else {}).items():
        setattr(publication, name, value)
    if publication.is_fixed and (template := publication.template):
        shown = Network(network.current().version)
        shown.texts = network.current().texts | {publication.slug: publication}
        return render(request, template, context | {"publication": publication, "network": shown})
    return render_publication(request, publication, **context)


def render_publication(request, publication, **context):
    template = f"pages/{publication._meta.model_name}_detail.html"
    return render(request, template, {"publication": publication} | context)
