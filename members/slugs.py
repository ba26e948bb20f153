from collections import defaultdict
from functools import cache

from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import get_language

from .folding import LETTERS


def free_slug(model, *names: str) -> str:
    """A slug from the names that no row of the model has or had, numbered where that is needed."""
    slug = base = slug_base(model, *names)
    number = 1
    while model.objects.filter(slug=slug).exists() or model.history.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug


def slug_base(model, *names: str) -> str:
    return slugify(" ".join(names).casefold().translate(LETTERS))[:120] or model._meta.model_name


class FreeSlugs:
    """As free_slug, for many rows with two queries in all; what is given once is not given again."""

    def __init__(self, model, *, besides=()):
        self.model, self._last = model, defaultdict(lambda: 1)
        self._taken = set(besides)
        for rows in (model.objects, model.history):
            self._taken.update(rows.order_by().values_list("slug", flat=True).distinct())

    def take(self, *names: str) -> str:
        slug = base = slug_base(self.model, *names)
        while slug in self._taken:
            self._last[base] += 1
            slug = f"{base}-{self._last[base]}"
        self._taken.add(slug)
        return slug


def slug_url(view: str, slug: str) -> str:
    """What reverse() gives, in the reader's language; the map and the lists need hundreds of them for a page."""
    before, after = _around_slug(view, get_language())
    return f"{before}{slug}{after}"


@cache
def _around_slug(view, _language):
    return reverse(view, args=["-"]).rsplit("-", 1)
