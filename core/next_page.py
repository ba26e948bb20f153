"""Leads back to the page of ours from which somebody came to a form: the form's address carries it as `next`."""

from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def redirect_to_next(request):
    """Return the answer that leads there; None if the request names no page, or another site's."""
    url = request.GET.get("next", "")
    is_ours = url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return HttpResponseRedirect(url) if is_ours else None
