from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.localized import in_reader_language

from .icons import ICONS, OTHER


class Amenity(models.Model):
    """Something that a space may offer, from the network's own vocabulary."""

    slug = models.SlugField(_("code"), unique=True)
    name_nb = models.CharField(_("name in Norwegian"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("amenity")
        verbose_name_plural = _("amenities")
        ordering = ["position", "pk"]

    def __str__(self):
        return in_reader_language(self, "name").text

    @property
    def icon(self) -> str:
        return ICONS.get(self.slug, OTHER)


# Else the shell looks for it in the package itself, which has no models.
Amenity.history.model.__module__ = __name__
