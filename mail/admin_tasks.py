from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy
from post_office.models import STATUS, Email

from core.admin_tasks import Item, Tasks, first_rows, listed

MORE = ngettext_lazy("%(number)s more mail cannot be delivered", "%(number)s more mails cannot be delivered", "count")


def tasks(user) -> Tasks:
    if not user.has_perm("post_office.view_email"):
        return Tasks()
    failed = Email.objects.filter(status=STATUS.failed).only("to", "subject", "last_updated")
    emails, besides = first_rows(failed.order_by("-last_updated", "-pk"))
    page = f"{reverse('admin:post_office_email_changelist')}?state={STATUS.failed}"
    return Tasks([_item(email) for email in emails], listed(page, besides, MORE))


def _item(email) -> Item:
    return Item(
        since=email.last_updated,
        title=_("Mail did not reach %(recipient)s") % {"recipient": ", ".join(email.to)},
        text=Truncator(email.subject).chars(100),
        url=reverse("admin:post_office_email_change", args=[email.pk]),
        action=_("See why"),
    )
