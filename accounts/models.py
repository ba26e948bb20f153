from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from core.history import full_name
from core.models import RateLimit
from mail.addresses import having_address

from . import emails, people, sessions
from .coordinators import GROUP

HOUR = timedelta(hours=1)


class LoginEventQuerySet(models.QuerySet):
    def changes(self):
        return self.exclude(kind__in=self.model.UNCHANGING)

    def purge_before(self, moment) -> int:
        return self.filter(at__lt=moment).delete()[0]

    purge_before.alters_data = True


class LoginEvent(models.Model):
    """A login, a refusal or a change of how a user logs in, with the network it came from."""

    class Kind(models.TextChoices):
        LOGGED_IN = "logged_in", _("logged in")
        LOGGED_OUT = "logged_out", _("logged out")
        WRONG_PASSWORD = "wrong_password", _("refused: wrong user name or password")
        WRONG_CODE = "wrong_code", _("refused: wrong code or passkey")
        TOO_MANY = "too_many", _("refused: too many tries")
        MAY_NOT = "may_not", _("refused: may not enter the admin")
        RESET_ASKED = "reset_asked", _("asked for a code to choose a new password")
        PASSWORD_CHANGED = "password_changed", _("changed the password")
        EMAIL_CHANGED = "email_changed", _("changed the e-mail address")
        STEP_ADDED = "step_added", _("added a second step")
        STEP_REMOVED = "step_removed", _("removed a second step")
        CODES_RENEWED = "codes_renewed", _("made new recovery codes")
        SESSION_ENDED = "session_ended", _("ended sessions")
        INVITED = "invited", _("invited a coordinator")
        INVITATION_REVOKED = "invitation_revoked", _("took an invitation back")
        INVITATION_ACCEPTED = "invitation_accepted", _("became a coordinator")
        COORDINATOR_REMOVED = "coordinator_removed", _("removed a coordinator")
        ACCESS_REMOVED = "access_removed", _("is a coordinator no longer")

    REFUSALS = [Kind.WRONG_PASSWORD, Kind.WRONG_CODE, Kind.TOO_MANY, Kind.MAY_NOT]
    UNCHANGING = [*REFUSALS, Kind.LOGGED_IN, Kind.LOGGED_OUT, Kind.RESET_ASKED, Kind.SESSION_ENDED]
    UNCHANGING += [Kind.INVITED, Kind.INVITATION_REVOKED, Kind.COORDINATOR_REMOVED]
    MAX_REFUSALS = 60  # rows of one network in an hour, lest a flood fills the table; more are counted in the latest

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("who"), null=True, related_name="login_events"
    )
    about = models.CharField(_("about"), max_length=150, blank=True, db_default="")
    network = models.CharField(_("from"), max_length=45)
    count = models.PositiveIntegerField(_("times"), default=1, db_default=1)

    objects = LoginEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("login or refusal")
        verbose_name_plural = _("logins and refusals")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.user or '–'}"

    @classmethod
    def add(cls, kind: str, user, network: str, about: str = ""):
        """Create the row, or count it in one of the past hour; user None means an unknown name."""
        if kind not in cls.REFUSALS or RateLimit.allows("refusals", network, at_most=cls.MAX_REFUSALS, within=HOUR):
            cls.objects.create(kind=kind, user=user, network=network, about=about[:150])
            return
        alike = cls.objects.filter(kind=kind, user=user, network=network, at__gt=timezone.now() - HOUR)
        if not cls.objects.filter(pk__in=alike.values("pk")[:1]).update(count=F("count") + 1):
            cls.objects.create(kind=kind, user=user, network=network)


class LastCoordinator(Exception):
    """Nobody would be left to run the network."""


class CoordinatorManager(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(is_active=True, is_staff=True, groups__name=GROUP)

    def lock(self) -> list:
        """Return them all, so that of two who remove or invite at once the later one sees what the earlier one did."""
        return list(self.select_for_update(of=("self",)).order_by("pk"))


class Coordinator(User):
    """A user who runs the network: of the coordinators' group, and let into the admin."""

    objects = CoordinatorManager()

    class Meta:
        proxy = True
        verbose_name = _("coordinator")
        verbose_name_plural = _("coordinators")
        ordering = ["first_name", "last_name", "username"]

    def __str__(self):
        return full_name(self)

    @transaction.atomic
    def remove(self, *, by, network: str) -> bool:
        """Shut the account out at once, and forget how it was reached and proved; its name stays beside what it did.

        Return False if somebody was first. Raise LastCoordinator, or PermissionDenied if `by` is a coordinator no
        longer, or if the account is a super-user's.
        """
        everybody = Coordinator.objects.lock()
        if self.is_superuser or not (by.is_superuser or by in everybody):
            raise PermissionDenied
        if self not in everybody:
            return False
        if everybody == [self]:
            raise LastCoordinator
        emails.coordinator_removed(self, by)
        LoginEvent.add(LoginEvent.Kind.COORDINATOR_REMOVED, by, network, str(self))
        LoginEvent.add(LoginEvent.Kind.ACCESS_REMOVED, self, network, full_name(by))
        Invitation.objects.waiting().filter(invited_by=self).update(state=Invitation.State.REVOKED)
        sessions.end_sessions(self)
        Authenticator.objects.filter(user=self).delete()
        self.groups.clear()
        self.is_active, self.is_staff, self.email = False, False, ""
        self.set_unusable_password()
        self.save(update_fields=["is_active", "is_staff", "email", "password"])
        return True

    remove.alters_data = True


class InvitationClosed(Exception):
    """The invitation was used or taken back, is too old, or has been replaced by a later mail."""


class InvitationQuerySet(models.QuerySet):
    def waiting(self):
        """Return those that nobody has used or taken back; the expired ones too, which can be sent again."""
        return self.filter(state=Invitation.State.WAITING)

    def open(self):
        """Return those that make somebody a coordinator: not too old, and sent by one who may still invite."""
        # By a subquery and not by a join, with which two clicks at once could both find the row waiting.
        runs_network = Q(pk__in=Coordinator.objects.values("pk")) | Q(is_active=True, is_superuser=True)
        too_old = timezone.now() - Invitation.LIFETIME
        return self.waiting().filter(invited_by__in=User.objects.filter(runs_network).values("pk"), sent_at__gt=too_old)

    def with_token(self, token: str):
        """Return the invitation that the token was mailed for last, or None."""
        try:
            key, nonce = signing.loads(token, salt=Invitation.SALT)
        except (signing.BadSignature, TypeError, ValueError):
            return None
        return self.filter(pk=key, nonce=nonce).first()

    @transaction.atomic
    def invite(self, name: str, email: str, *, by, network: str):
        """Queue a mail with a new link; to an address that is invited already, in place of the earlier link."""
        Coordinator.objects.lock()  # before it looks whom somebody invites at the same time
        invitation = having_address(self.waiting(), "email", email).first() or self.model(email=email)
        invitation.name = name
        invitation.send(by=by, network=network)
        return invitation

    def purge_before(self, moment) -> int:
        return self.filter(sent_at__lt=moment).delete()[0]

    invite.alters_data = purge_before.alters_data = True


def new_nonce() -> str:
    return get_random_string(22)  # about 130 bits


class Invitation(models.Model):
    """A mail that lets its reader become a coordinator, once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ACCEPTED = "accepted", _("used")
        REVOKED = "revoked", _("taken back")

    LIFETIME = timedelta(days=7)
    SALT = "invitation"

    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    nonce = models.CharField(max_length=22, default=new_nonce)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["sent_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "accepted", "revoked"]), name="invitation_state_known"
            )
        ]

    def __str__(self):
        return f"{self.name} ({self.email})"

    @property
    def token(self) -> str:
        return signing.dumps([self.pk, self.nonce], salt=self.SALT)

    @property
    def expires_at(self):
        return self.sent_at + self.LIFETIME

    @property
    def account(self):
        """Return the account that has the address already, and is let into the admin; or None."""
        return people.get_by_email(self.email)

    def new_account(self) -> User:
        """Return the account to be made, not yet stored, without user name and password."""
        first_name, _space, last_name = self.name.rpartition(" ")
        first_name, last_name = (first_name, last_name) if first_name else (last_name, "")
        return User(first_name=first_name, last_name=last_name, email=self.email, is_staff=True)

    @transaction.atomic
    def send(self, *, by, network: str):
        """Queue the mail with a new link; the earlier one opens nothing any more.

        Raise InvitationClosed, or PermissionDenied if `by` is a coordinator no longer.
        """
        if by not in Coordinator.objects.lock() and not by.is_superuser:
            raise PermissionDenied
        if self.pk:
            self._claim(Invitation.objects.waiting())
        self.nonce, self.sent_at, self.invited_by = new_nonce(), timezone.now(), by
        self.save()
        LoginEvent.add(LoginEvent.Kind.INVITED, by, network, self.name)
        emails.invitation(self)
        emails.coordinator_invited(self)

    @transaction.atomic
    def revoke(self, *, by, network: str):
        """Take the invitation back. Raise InvitationClosed."""
        self._claim(Invitation.objects.waiting(), state=self.State.REVOKED)
        LoginEvent.add(LoginEvent.Kind.INVITATION_REVOKED, by, network, self.name)

    @transaction.atomic
    def accept(self, account: User, *, network: str):
        """Make the account a coordinator's, and store it if it is new. Raise InvitationClosed."""
        # Only the link that was mailed last: the nonce is another one if it was sent again since this row was read.
        self._claim(Invitation.objects.open().filter(nonce=self.nonce), state=self.State.ACCEPTED)
        if not account.pk:
            people.lock_addresses()
            if self.account:  # somebody has taken the address since the page was made
                raise InvitationClosed
            # Whoever was shut out gives it up, as two accounts cannot have it.
            having_address(User.objects.all(), "email", self.email).update(email="")
            account.save()
        account.groups.add(Group.objects.get(name=GROUP))
        LoginEvent.add(LoginEvent.Kind.INVITATION_ACCEPTED, account, network)
        emails.coordinator_added(account, self)

    def _claim(self, rows, **values):
        """Lock the row, or raise if it is not among the rows any more."""
        if not rows.filter(pk=self.pk).update(**{"state": self.State.WAITING} | values):
            raise InvitationClosed
        self.state = values.get("state", self.state)

    send.alters_data = revoke.alters_data = accept.alters_data = True
