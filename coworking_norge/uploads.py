"""Large bodies are read from whoever may enter the admin alone; nginx asks before it takes one (deploy/nginx)."""

from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

MAX_BODY_BYTES = 1024**2  # of everybody else, as nginx has it


@never_cache
@require_safe
def can_upload(request):
    return HttpResponse(status=204 if admin.site.has_permission(request) else 401)


class BodyLimit:
    """Refuse what is too large before the token of its form is looked for, which would read all of it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if body_length(request) > MAX_BODY_BYTES and not admin.site.has_permission(request):
            return render(request, "413.html", status=413)
        return self.get_response(request)


def body_length(request) -> int:
    try:
        return int(request.headers.get("Content-Length", 0))
    except ValueError:  # Django reads nothing then
        return 0
