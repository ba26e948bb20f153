from functools import wraps

from django.views.decorators.http import require_safe


def public(view):
    """The page depends on its address and the data, and on nothing that the visitor carries.

    On the minute, too, where the view sets changes_each_minute on its response.
    """

    @require_safe
    @wraps(view)
    def mark(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.is_public = True
        return response

    return mark
