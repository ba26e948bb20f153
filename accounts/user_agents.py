"""What a browser calls itself, in words: "Chrome on Linux"."""

from django.utils.translation import gettext as _

# In this order, as most name others as well.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Macintosh": "macOS",
    "Linux": "Linux",
}
MAX_LENGTH = 60


def describe(user_agent: str) -> str:
    """Return browser and system; of one that we do not know the beginning of what it says."""
    browser, system = (_first(names, user_agent) for names in (BROWSERS, SYSTEMS))
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or user_agent[:MAX_LENGTH] or _("unknown browser")


def _first(names, user_agent):
    return next((name for sign, name in names.items() if sign in user_agent), "")
