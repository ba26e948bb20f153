from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

VALIDITY = timedelta(days=90)


@require_safe
def security_txt(request):
    """Return the contact for security faults: https://www.rfc-editor.org/rfc/rfc9116.

    It is the operator's, from the environment: whoever takes over a coordinator's account (or the database) cannot
    turn reports away, and it answers while the database is down.
    """
    if not (contact := settings.SECURITY_EMAIL or settings.CONTACT_EMAIL):
        raise Http404
    expires = (timezone.now() + VALIDITY).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: mailto:{contact}",
        f"Expires: {expires}",
        "Preferred-Languages: nb, en",
        f"Canonical: {settings.SITE_URL}{reverse('security_txt')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
