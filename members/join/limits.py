"""How often the form may be used, so that nobody is spammed by it; counted in the database, for all servers."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ..models import Limit
from ..parties import mailbox

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REQUESTS_IN_ALL, REQUESTS_OF_ONE = 200, 20  # an hour
LOOKUPS_OF_ONE = 60  # an hour
MAILS = 3  # to one mailbox in a day, at the wish of whoever has not shown that it is theirs
CORRECTIONS = 10  # of one request in a day


def count_request(client: str, email: str):
    """Count a form that was sent; ValidationError where it is one too many."""
    if not (
        Limit.allows("requests", "all", at_most=REQUESTS_IN_ALL, within=HOUR)
        and Limit.allows("request", client, at_most=REQUESTS_OF_ONE, within=HOUR)
    ):
        raise ValidationError(
            _("We have had too many requests in a short time. Nothing is wrong with yours: send it again in an hour.")
        )
    if not mail_allowed(email):
        message = _("We have written to this address three times in a day already. Look in the mailbox, or wait a day.")
        raise ValidationError({"contact_email": message})


def mail_allowed(email: str) -> bool:
    return Limit.allows("mail", mailbox(email), at_most=MAILS, within=DAY)


def link_allowed(client: str) -> bool:
    return Limit.allows("link", client, at_most=REQUESTS_OF_ONE, within=HOUR)


def lookup_allowed(client: str) -> bool:
    return Limit.allows("lookup", client, at_most=LOOKUPS_OF_ONE, within=HOUR)


def correction_allowed(join_request) -> bool:
    return Limit.allows("correction", str(join_request.pk), at_most=CORRECTIONS, within=DAY)
