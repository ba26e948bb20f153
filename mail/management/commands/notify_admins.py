from django.core.mail import mail_admins
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Queues a mail to the administrators (ADMINS): timers use it when one of their commands fails."

    def add_arguments(self, parser):
        parser.add_argument("what")

    def handle(self, *, what, **options):
        mail_admins(what[:100], what)
