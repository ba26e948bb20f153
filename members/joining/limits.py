"""Limits of the form, so that nobody is spammed by it; counted in the database, for all servers."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.client_ip import networks_around
from core.models import RateLimit
from mail.addresses import mailbox, reader_key

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAX_REQUESTS = MAX_LINKS = 20, 60, 120  # an hour: of a client, its /24 or /48, its /16 or /32
MAX_FIRST_MAILS = 200  # an hour, to all together; more of them wait
MAX_FIRST_MAILS_PER_ADDRESS = 10  # a day, and to all its +tags together, whoever causes them; more wait, in one mail
MAX_MAILS = 3  # a day to one mailbox: of one cause, and first mails that one network causes
MAX_CORRECTIONS = 10  # of one request in a day


class TooManyRequests(ValidationError):
    """A client, or a network around it, sends too many forms."""


def count_request(client: str, email: str):
    """Count a form that was sent. Raise ValidationError if it is one too many."""
    if not RateLimit.allows_client("request", client, at_most=MAX_REQUESTS, within=HOUR):
        raise TooManyRequests(
            _(
                "A great many applications are coming from your network. Nothing is wrong with yours: send it again "
                "in an hour."
            )
        )
    # by network: what strangers send elsewhere keeps nobody out
    subject = f"{mailbox(email)} {[*networks_around(client), client][0]}"
    if not RateLimit.allows("request-mail", subject, at_most=MAX_MAILS, within=DAY):
        message = _("We have already written to this address three times in a day. Check the inbox, or wait a day.")
        raise ValidationError({"contact_email": message})


def reserve_first_mail(email: str) -> datetime:
    """Return when a first mail to the address may go, and count it as sent then."""
    # Not by mailbox(): of addresses that need not be the same person's, who fills one would hold the others.
    name, domain = reader_key(email).rsplit("@", 1)
    name, plus, _tag = name.partition("+")
    return max(
        RateLimit.reserve("requests", "all", at_most=MAX_FIRST_MAILS, within=HOUR),
        RateLimit.reserve("first-mail", f"{name}{plus}@{domain}", at_most=MAX_FIRST_MAILS_PER_ADDRESS, within=DAY),
    )


def mail_allowed(cause: str, email: str) -> bool:
    """Return whether one more mail of the cause, "link" or "reminder", may go to a mailbox that nobody confirmed."""
    return RateLimit.allows(f"mail-{cause}", mailbox(email), at_most=MAX_MAILS, within=DAY)


def link_allowed(client: str) -> bool:
    return RateLimit.allows_client("link", client, at_most=MAX_LINKS, within=HOUR)


def correction_allowed(join_request) -> bool:
    return RateLimit.allows("correction", str(join_request.pk), at_most=MAX_CORRECTIONS, within=DAY)


def notice_allowed(kind: str) -> bool:
    return RateLimit.allows(f"notice-{kind}", "all", at_most=1, within=DAY - HOUR)  # a daily job's minute varies
