import re

from django.db import migrations
from post_office.models import STATUS

LINK = r"https?://\S+/[\w-]+:[\w-]+:[\w-]+\S*"  # its token is of django.core.signing
CODE = r"^[A-Z]{4}-[A-Z]{4}$"
SECRET = re.compile(f"{LINK}|{CODE}", re.MULTILINE)


def mask(apps, schema_editor):
    """Erase the links and codes of mails that were sent before the outbox encrypted them."""
    for email in apps.get_model("post_office", "Email").objects.filter(status=STATUS.sent).iterator():
        masked, count = SECRET.subn("…", email.message)
        if count:
            email.message, email.html_message = masked, ""
            email.save(update_fields=["message", "html_message"])


class Migration(migrations.Migration):
    dependencies = [("post_office", "0014_alter_email_recipient_delivery_status_and_more")]

    operations = [migrations.RunPython(mask, migrations.RunPython.noop, elidable=True)]
