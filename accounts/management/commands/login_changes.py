from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.timezone import is_naive, localtime, make_aware

from accounts.models import LoginEvent


class Command(BaseCommand):
    help = "Lists which accounts were changed since, and how: for a database that a backup has replaced."

    def add_arguments(self, parser):
        parser.add_argument("since", type=datetime.fromisoformat, help="the newest login that the backup knows of")

    def handle(self, *, since, **options):
        since = make_aware(since) if is_naive(since) else since
        with translation.override("en"):  # as the command's own words
            self.list_since(since)

    def list_since(self, since):
        events = LoginEvent.objects.changes().filter(at__gt=since).select_related("user")
        lines = [
            (event.at, str(event.user), " – ".join(filter(None, [event.get_kind_display(), event.about])))
            for event in events
        ]
        accounts = ContentType.objects.get_for_model(get_user_model())
        for entry in LogEntry.objects.filter(content_type=accounts, action_time__gt=since):
            lines.append((entry.action_time, entry.object_repr, entry.get_change_message()))
        for at, name, what in sorted(lines):
            self.stdout.write(f"  {localtime(at):%Y-%m-%d %H:%M}  {name}: {what}")
        if not lines:
            self.stdout.write("  none")
