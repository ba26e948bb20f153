from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from norway.bounds import IN_NORWAY
from norway.validators import validate_postal_code

from .join_request import JoinRequest


class RequestedSpace(models.Model):
    """A space of a join request; approval makes a Space of it, or finds it."""

    join_request = models.ForeignKey(JoinRequest, models.CASCADE, related_name="spaces")
    name = models.CharField(_("name of the space"), max_length=120)
    address = models.CharField(_("street address"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=4, blank=True, validators=[validate_postal_code])
    town = models.CharField(_("town"), max_length=80)
    county = models.CharField(_("county"), max_length=2, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    space = models.ForeignKey("spaces.Space", models.SET_NULL, related_name="+", null=True, editable=False)
    is_open = models.BooleanField(_("it is open already"), default=True, db_default=True)

    class Meta:
        app_label = "members"
        verbose_name = _("space")
        verbose_name_plural = _("spaces")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False) & IN_NORWAY,
                name="requested_space_in_norway",
                violation_error_message=_("The pin must be in Norway."),
            ),
        ]

    def __str__(self):
        return f"{self.name}, {self.town}"

    @property
    def position(self) -> tuple[float, float] | None:
        return None if self.latitude is None else (self.latitude, self.longitude)

    @property
    def pin(self) -> str:
        return "" if self.latitude is None else f"{self.latitude:.5f}, {self.longitude:.5f}"

    @property
    def postal_line(self):
        return f"{self.postal_code} {self.town}".strip()

    @property
    def whole_address(self):
        return f"{self.address}, {self.postal_line}" if self.address else self.postal_line

    @property
    def opening(self):
        return _("open already") if self.is_open else _("opens later")
