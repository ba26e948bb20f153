from io import StringIO

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Max, Q
from django.utils.timezone import localtime

from accounts.models import Invitation, LoginEvent
from mail import outbox, outbox_sources

REASON = "Restored from a backup: it may have been sent since."


class Command(BaseCommand):
    help = (
        "Settles what a backup brings back, before the site goes on with it: ends all sessions, deletes recovery "
        "codes, of which some may be spent, takes invitations back, and holds the mails that waited or are due, of "
        "which some may be sent. deploy/restore runs it."
    )

    @transaction.atomic
    def handle(self, **options):
        sessions = Session.objects.all().delete()[0]
        UserSession.objects.all().delete()
        codes = Authenticator.objects.filter(type=Authenticator.Type.RECOVERY_CODES)
        owners = sorted(codes.values_list("user__username", flat=True))
        codes.delete()
        self.queue_what_is_due()
        Invitation.objects.waiting().update(state=Invitation.State.REVOKED)  # one may be used or taken back since
        while outbox_sources.refill():
            pass  # what was being sent to many is held like any other mail
        held = outbox.hold_waiting(REASON)
        self.stdout.write(
            f"{sessions} sessions ended.\n"
            f"Recovery codes deleted: they make new ones at their next login: {', '.join(owners) or 'nobody'}.\n"
            f'{held} mails held: in the outbox, "Send again" those that have not come; others are erased in time.\n'
        )
        self.list_accounts()

    def queue_what_is_due(self):
        """Let the reminders and digests be held too: tomorrow's run would send them once more."""
        try:
            with transaction.atomic():
                call_command("remind", stdout=StringIO())
        except Exception as error:  # no reason to be without the backup
            self.stderr.write(f"No reminders were made, so that some may come twice: {type(error).__name__}")

    def list_accounts(self):
        newest = LoginEvent.objects.aggregate(Max("at"))["at__max"]
        self.stdout.write(
            f"Logins are those of the backup, the last at {moment(newest)}. Whoever changed password, address or "
            "second step since, or was shut out, has the old ones again:\n"
        )
        changed = Max("login_events__at", filter=Q(login_events__in=LoginEvent.objects.changes()))
        for user in get_user_model().objects.annotate(changed=changed).order_by("username"):
            state = "" if user.is_active else ", shut out"
            self.stdout.write(
                f"  {user.get_username()}{state}: changed {moment(user.changed)}, last login {moment(user.last_login)}"
            )


def moment(at) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at else "–"
