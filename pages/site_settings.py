from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.fields import HttpsValidator
from core.models import track

validate_https = HttpsValidator(schemes=["https"], message=_("Write web addresses that begin with https://."))


def validate_links(text: str):
    for line in text.split():
        validate_https(line)


class SiteSettings(models.Model):
    """What the network says of itself on every page and in its mails: the only row of its table.

    What is left empty is as the server's environment says.
    """

    contact_email = models.EmailField(
        _("e-mail address for visitors"),
        blank=True,
        help_text=_(
            "Shown at the foot of every page, and where visitors are asked to write to the network. Answers of "
            "applicants go there too. Without one no page asks anybody to write."
        ),
    )
    sender_name = models.CharField(
        _("name of the sender"), max_length=60, blank=True, help_text=_("Who mail from the site is from.")
    )
    links = models.TextField(
        _("links to social media"),
        max_length=1000,
        blank=True,
        validators=[validate_links],
        help_text=_("One web address on each line. They stand at the foot of every page, in this order."),
    )

    history = HistoricalRecords(verbose_name=_("earlier version"), verbose_name_plural=_("earlier versions"))

    class Meta:
        verbose_name = _("contact and links")
        verbose_name_plural = _("contact and links")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="sitesettings_one_row")]

    def __str__(self):
        return str(self._meta.verbose_name)


track(SiteSettings)
