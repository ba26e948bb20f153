from django.conf import settings
from django.urls import reverse, translate_url
from django.utils.functional import SimpleLazyObject

from pages import network

MENU = {"landing": "landing", "spaces": "spaces:directory", "members": "members:organisations", "about": "about"}
MENU |= {"join": "join:form", "privacy": "privacy"}


def site(request):
    """Return what every page's head and footer need: canonical address, the page in each language, the menu."""
    now = SimpleLazyObject(network.current)
    alternates = [(code, translate_url(request.path, code)) for code, _name in settings.LANGUAGES]
    return {
        "menu": {name: reverse(view) for name, view in MENU.items()},
        "network": now,
        "site_url": settings.SITE_URL,
        "canonical": settings.SITE_URL + request.path,
        "contact_email": SimpleLazyObject(lambda: now.contact_email),
        "alternates": alternates if request.resolver_match else [],
    }
