from django.core.validators import URLValidator
from django.db import models


class WebsiteField(models.URLField):
    """A web address that a browser may follow: http or https, and https where none is typed."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def formfield(self, **options):
        return super().formfield(**{"assume_scheme": "https"} | options)
