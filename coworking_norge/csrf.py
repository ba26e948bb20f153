"""What a form answers that came without a valid CSRF token."""

from django.views.csrf import csrf_failure

# These take the action "again": they show what was typed, with a new token, and write nothing.
SHOWN_AGAIN = {"join:form", "join:correct", "join:answer"}


def failure(request, reason=""):
    """Show the long forms again with what was typed, as a reload would empty them; for all others say what to do."""
    match = request.resolver_match
    is_of_another_site = not reason.startswith("CSRF ")  # but "Origin checking failed" or "Referer checking failed"
    if is_of_another_site or match is None or match.view_name not in SHOWN_AGAIN:
        return csrf_failure(request, reason)
    request.POST = request.POST.copy()
    request.POST["do"] = "again"
    response = match.func(request, *match.args, **match.kwargs)
    if response.status_code == 200:  # else it shows no form: a redirect of another status would be a blank page
        response.status_code = 403
    return response
