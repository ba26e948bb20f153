from django.conf import settings
from django.urls import translate_url


def site(request):
    """What every page's head and footer need: its canonical address and the same page in each language."""
    return {
        "site_url": settings.SITE_URL,
        "canonical": settings.SITE_URL + request.path,
        "contact_email": settings.CONTACT_EMAIL,
        "alternates": _alternates(request) if request.resolver_match else [],
    }


def _alternates(request):
    return [(code, translate_url(request.path, code)) for code, _ in settings.LANGUAGES]
