from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailPreference(models.Model):
    """How a coordinator is notified of join requests. Whoever has no such row is notified at once."""

    class Timing(models.TextChoices):
        AT_ONCE = "at_once", _("at once, a mail for each")
        DIGEST = "digest", _("once a day, all in one mail")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_preference")
    timing = models.CharField(
        _("News of join requests"), max_length=10, choices=Timing, default=Timing.AT_ONCE, db_default=Timing.AT_ONCE
    )
    digested_until = models.DateTimeField(default=timezone.now, help_text="What happened before was in a digest.")

    class Meta:
        app_label = "members"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(timing__in=["at_once", "digest"]),
                name="mail_preference_timing_known",
                violation_error_message=_("Choose one of the two."),
            )
        ]

    def __str__(self):
        return str(self.user)
