from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


def host(url: str) -> str:
    """Return the host alone, as people call it."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


class WebsiteField(models.URLField):
    """A web address that a browser may follow: http or https, and https where none is typed."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def formfield(self, **options):
        return super().formfield(**{"assume_scheme": "https"} | options)


class HttpsValidator(URLValidator):
    """Refuse also https://name@host, which looks like another's address."""

    def __call__(self, value):
        super().__call__(value)
        if "@" in urlsplit(value).netloc:
            raise ValidationError(_("Write the web address without a user name."))


class HttpsField(WebsiteField):
    """A web address where people may type what is theirs."""

    default_validators = [
        HttpsValidator(schemes=["https"], message=_("Write a web address that begins with https://."))
    ]
