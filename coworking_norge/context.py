from functools import cache, lru_cache

from django.conf import settings
from django.urls import reverse, translate_url
from django.utils.translation import get_language

MENU = {"landing": "landing", "spaces": "spaces:directory", "members": "members:organisations", "about": "about"}
MENU |= {"join": "join:form", "privacy": "privacy"}


def site(request):
    """What every page's head and footer need: its canonical address, the same page in each language, the menu."""
    return {
        "menu": menu(get_language()),
        "site_url": settings.SITE_URL,
        "canonical": settings.SITE_URL + request.path,
        "contact_email": settings.CONTACT_EMAIL,
        "alternates": alternates(request.path, get_language()) if request.resolver_match else [],
    }


@cache
def menu(_language) -> dict[str, str]:
    return {name: reverse(view) for name, view in MENU.items()}


@lru_cache(maxsize=1000)
def alternates(path, _language) -> list[tuple[str, str]]:
    return [(code, translate_url(path, code)) for code, _ in settings.LANGUAGES]
