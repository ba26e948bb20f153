from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .limit import Limit


class LoginEventQuerySet(models.QuerySet):
    def forget(self, before) -> int:
        return self.filter(at__lt=before).delete()[0]

    forget.alters_data = True


class LoginEvent(models.Model):
    """That somebody logged in or was refused, or changed how they log in; where from only roughly."""

    class Kind(models.TextChoices):
        LOGGED_IN = "logged_in", _("logged in")
        LOGGED_OUT = "logged_out", _("logged out")
        WRONG_PASSWORD = "wrong_password", _("refused: wrong user name or password")
        WRONG_CODE = "wrong_code", _("refused: wrong code or passkey")
        TOO_MANY = "too_many", _("refused: too many tries")
        MAY_NOT = "may_not", _("refused: may not enter the admin")
        RESET_ASKED = "reset_asked", _("asked for a code to choose a new password")
        PASSWORD_CHANGED = "password_changed", _("changed the password")
        STEP_ADDED = "step_added", _("added a second step")
        STEP_REMOVED = "step_removed", _("removed a second step")
        CODES_RENEWED = "codes_renewed", _("made new recovery codes")
        SESSION_ENDED = "session_ended", _("ended sessions")

    REFUSALS = [Kind.WRONG_PASSWORD, Kind.WRONG_CODE, Kind.TOO_MANY, Kind.MAY_NOT]
    REFUSALS_KEPT = 60  # of one network in an hour: a flood must not fill the table

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("who"), null=True, related_name="login_events"
    )
    network = models.CharField(_("from"), max_length=45)

    objects = LoginEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("login or refusal")
        verbose_name_plural = _("logins and refusals")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.user or '–'}"

    @classmethod
    def add(cls, kind: str, user, network: str):
        """The user is None where nobody has the name that was typed: it may have been a password."""
        if kind not in cls.REFUSALS or Limit.allows(
            "refusals", network, at_most=cls.REFUSALS_KEPT, within=timedelta(hours=1)
        ):
            cls.objects.create(kind=kind, user=user, network=network)
