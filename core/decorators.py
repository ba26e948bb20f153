from functools import wraps

from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe


def public_page(view):
    """Mark the response as cacheable: it depends on URL and data only.

    It depends on the minute, too, if the view sets `changes_each_minute` on the response.
    """

    @require_safe
    @wraps(view)
    def wrapper(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.is_public = True
        return response

    return can_be_public(wrapper)


def can_be_public(view):
    """Let the page cache look for the view's responses; those that it may keep have `is_public` set."""
    view.can_be_public = True
    return view


def set_caching(response, *, is_public: bool, changes_each_minute: bool):
    """Let the page cache keep a response that is public; let nobody keep any other."""
    if is_public:
        response.is_public, response.changes_each_minute = True, changes_each_minute
    else:
        add_never_cache_headers(response)


def private_page(view):
    """Keep the response out of caches, search engines and the Referer header."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapper
