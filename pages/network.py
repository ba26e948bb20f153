"""What the network says on every page, kept by each process for one version of the data."""

from email.utils import formataddr, parseaddr
from functools import cached_property

from django.conf import settings
from django.utils import timezone

from core.page_cache import current_version

from .models import Agreement, News, Page, SiteSettings

NEWEST = 3  # a row of cards

_latest = None


class Network:
    """The network's texts and settings in one version of the data; each is read when it is first asked for."""

    def __init__(self, version: str):
        self.version = version

    @cached_property
    def _pages(self) -> list[Page]:
        return list(Page.objects.on_every_page())

    @cached_property
    def texts(self) -> dict[str, Page]:
        return {page.slug: page for page in self._pages if page.is_fixed}

    @cached_property
    def menu(self) -> list[Page]:
        return [page for page in self._pages if page.placement == Page.Placement.MENU]

    @cached_property
    def footer_menu(self) -> list[Page]:
        return [page for page in self._pages if page.placement == Page.Placement.FOOTER]

    @cached_property
    def agreement(self) -> Agreement:
        return Agreement.objects.in_force(timezone.localdate())

    @cached_property
    def news(self) -> list[News]:
        return list(News.objects.public().newest_first()[:NEWEST])

    @cached_property
    def _settings(self) -> SiteSettings:
        return SiteSettings.objects.first() or SiteSettings()

    @property
    def contact_email(self) -> str:
        return self._settings.contact_email or settings.CONTACT_EMAIL

    @property
    def sender(self) -> str:
        """Return the name and the address that mail is from; the mail server accepts that address alone."""
        name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
        return formataddr((self._settings.sender_name or name, address))

    @property
    def links(self) -> list[str]:
        return self._settings.links.split()


def current() -> Network:
    """Return the network as it is now."""
    global _latest
    version = current_version()
    if _latest is None or _latest.version != version:
        _latest = Network(version)
    return _latest


def forget():
    """Let the next request read anew, as if nothing had been kept."""
    global _latest
    _latest = None
