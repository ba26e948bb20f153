"""How often somebody may try to log in; counted in the database.

allauth's own limits are off. They live in the cache, which drops entries when it is full and lets everything pass while
Redis is gone. And they know neither the network where somebody usually logs in nor the browser that has proved both
steps, so that others could lock a coordinator out.
"""

from datetime import timedelta

from core.client_ip import anonymised_client_ip, client_ip
from core.models import RateLimit
from mail.addresses import mailbox

from . import browsers, people
from .models import LoginEvent

QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
MAX_PASSWORDS_PER_CLIENT, MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT = 30, 10  # in a quarter of an hour
MAX_PASSWORDS_PER_ACCOUNT = 500  # in an hour
MAX_CODES, MAX_CODES_PER_DAY = 10, 60  # of one account's second step, in a quarter of an hour and in a day
WRONG_CODES_TO_REPORT = 5  # behind the right password, in a day: its owner is told
CODE_LIFETIME = timedelta(minutes=5)  # longer than an app's code is valid
MAX_RESETS_PER_CLIENT, MAX_RESET_MAILS, MAX_CODES_PER_RESET = 20, 5, 10  # in an hour
MAX_INVITATIONS, MAX_INVITATIONS_PER_MAILBOX = 20, 3  # in a day: of one coordinator, to one mailbox
RESET_SESSION_KEY = "password_reset"  # holds an identifier of the reset, new with each code


def password_allowed(request, name: str) -> bool:
    if browser := browsers.identify(request, people.get_by_name(name)):
        return RateLimit.allows(
            "passwords-browser", browser, at_most=MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT, within=QUARTER
        )
    name, client = name.strip().casefold(), client_ip(request)
    pair, account = f"{client} {name}", f"{_usual_network(request, name)} {name}"
    return (
        RateLimit.allows("passwords", client, at_most=MAX_PASSWORDS_PER_CLIENT, within=QUARTER)
        and RateLimit.allows("passwords-here", pair, at_most=MAX_PASSWORDS_PER_ACCOUNT_AND_CLIENT, within=QUARTER)
        and RateLimit.allows("passwords-in-all", account, at_most=MAX_PASSWORDS_PER_ACCOUNT, within=HOUR)
    )


def _usual_network(request, name) -> str:
    """Return the client's network if the account has logged in from it before, else a blank."""
    # such a network is counted by itself: what strangers try elsewhere locks nobody out there
    network = anonymised_client_ip(request)
    logins = LoginEvent.objects.filter(kind=LoginEvent.Kind.LOGGED_IN, network=network, user__username__iexact=name)
    return network if logins.exists() else ""


def code_allowed(request, user) -> bool:
    counted = f"{user.pk} {browsers.identify(request, user)}"
    return RateLimit.allows("codes", counted, at_most=MAX_CODES, within=QUARTER) and RateLimit.allows(
        "codes-a-day", counted, at_most=MAX_CODES_PER_DAY, within=DAY
    )


def should_report_wrong_codes(user) -> bool:
    """Count a wrong code; return whether WRONG_CODES_TO_REPORT were typed in a day, the first time in that day."""
    are_few = RateLimit.allows("wrong-codes", str(user.pk), at_most=WRONG_CODES_TO_REPORT - 1, within=DAY)
    return not are_few and RateLimit.allows("wrong-codes-told", str(user.pk), at_most=1, within=DAY)


def code_is_fresh(user, code: str) -> bool:
    """Return whether a right code is used for the first time."""
    # an app's code is valid for a minute and more, and allauth remembers it in the cache for half a minute only
    digits = "".join(filter(str.isdigit, code))  # allauth ignores spaces and punctuation
    return RateLimit.allows("code-used", f"{user.pk} {digits}", at_most=1, within=CODE_LIFETIME)


def reset_allowed(request, user) -> bool:
    counted = browsers.identify(request, user) or client_ip(request)
    return RateLimit.allows("reset", counted, at_most=MAX_RESETS_PER_CLIENT, within=HOUR)


def reset_mail_allowed(request, user) -> bool:
    counted = browsers.identify(request, user) or _usual_network(request, user.get_username())
    return RateLimit.allows("reset-mail", f"{counted} {mailbox(user.email)}", at_most=MAX_RESET_MAILS, within=HOUR)


def reset_code_allowed(reset_id: str) -> bool:
    return RateLimit.allows("reset-code", reset_id, at_most=MAX_CODES_PER_RESET, within=HOUR)


def invitation_allowed(by, email: str) -> bool:
    return RateLimit.allows(
        "invitation", mailbox(email), at_most=MAX_INVITATIONS_PER_MAILBOX, within=DAY
    ) and RateLimit.allows("invitations", str(by.pk), at_most=MAX_INVITATIONS, within=DAY)
