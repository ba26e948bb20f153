from functools import wraps

from django.views.decorators.http import require_safe


def public(view):
    """The page depends on its address, the data and the minute, and on nothing that the visitor carries."""

    @require_safe
    @wraps(view)
    def mark(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.is_public = True
        return response

    return mark
