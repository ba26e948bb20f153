from django.utils.text import slugify

from .folding import LETTERS


def free_slug(model, *names: str) -> str:
    """A slug from the names that no row of the model has or had, numbered where that is needed."""
    slug = base = slugify(" ".join(names).casefold().translate(LETTERS))[:120] or model._meta.model_name
    number = 1
    while model.objects.filter(slug=slug).exists() or model.history.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug
