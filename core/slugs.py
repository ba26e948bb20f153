from collections import defaultdict

from django.http import Http404
from django.shortcuts import redirect
from django.utils.text import slugify

from .search_text import base_letters


def free_slug(model, *names: str) -> str:
    """Return a slug from the names that no row of the model has or had, numbered if needed."""
    return FreeSlugs(model, beginning=slug_base(model, *names)).take(*names)


def slug_base(model, *names: str) -> str:
    return slugify(base_letters(" ".join(names)))[:120] or model._meta.model_name


class FreeSlugs:
    """Free slugs for many rows, each taken once, with two queries in all."""

    def __init__(self, model, *, besides=(), beginning=""):
        self.model, self._last = model, defaultdict(lambda: 1)
        self._taken = set(besides)
        # Former slugs too: their links lead on to the row that had them.
        for rows in (model.objects, model.history):
            slugs = rows.filter(slug__startswith=beginning).order_by().values_list("slug", flat=True)
            self._taken.update(slugs.distinct())

    def take(self, *names: str) -> str:
        slug = base = slug_base(self.model, *names)
        while slug in self._taken:
            self._last[base] += 1
            slug = f"{base}-{self._last[base]}"
        self._taken.add(slug)
        return slug


def redirect_from_old_slug(queryset, slug):
    """Redirect to the row of the queryset that once had this slug, or raise Http404."""
    row = queryset.formerly_at(slug).first()
    if row is None:
        raise Http404
    return redirect(row, permanent=True)
