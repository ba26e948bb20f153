"""How often somebody may try to log in; counted in the database, for all servers.

allauth's own limits are off: they live in a cache, which each process may have for itself.
"""

from datetime import timedelta

from allauth.core.internal.cryptokit import normalize_user_code

from ..models import Limit, LoginEvent
from ..parties import client, mailbox, whereabouts

QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
PASSWORDS_OF_ONE, PASSWORDS_HERE, PASSWORDS_IN_ALL = 30, 10, 500  # a quarter, a quarter for one account, an hour for it
CODES, CODES_A_DAY = 10, 60  # of the second step, for one account: in a quarter, in a day
CODE_LIFE = timedelta(minutes=5)  # longer than a code of the app is valid
RESETS_OF_ONE, RESET_MAILS, RESET_CODES = 20, 5, 10  # an hour


def password_allowed(request, name: str) -> bool:
    """Few from one place, not many from everywhere together."""
    name, asking = name.strip().casefold(), client(request)
    return (
        Limit.allows("passwords", asking, at_most=PASSWORDS_OF_ONE, within=QUARTER)
        and Limit.allows("passwords-here", f"{asking} {name}", at_most=PASSWORDS_HERE, within=QUARTER)
        and Limit.allows(
            "passwords-in-all", f"{_familiar(request, name)} {name}", at_most=PASSWORDS_IN_ALL, within=HOUR
        )
    )


def _familiar(request, name) -> str:
    """The network that asks, if the account has logged in from it before; else blank.

    It is counted by itself, so that what strangers try elsewhere locks nobody out there.
    """
    network = whereabouts(request)
    logins = LoginEvent.objects.filter(kind=LoginEvent.Kind.LOGGED_IN, network=network, user__username__iexact=name)
    return network if logins.exists() else ""


def code_allowed(user) -> bool:
    return Limit.allows("codes", str(user.pk), at_most=CODES, within=QUARTER) and Limit.allows(
        "codes-a-day", str(user.pk), at_most=CODES_A_DAY, within=DAY
    )


def code_is_fresh(user, code: str) -> bool:
    """Whether the right code is used for the first time: an app's code is valid for a minute and more."""
    return Limit.allows("code-used", f"{user.pk} {normalize_user_code(code)}", at_most=1, within=CODE_LIFE)


def reset_allowed(request) -> bool:
    return Limit.allows("reset", client(request), at_most=RESETS_OF_ONE, within=HOUR)


def reset_mail_allowed(request, user) -> bool:
    party = f"{_familiar(request, user.get_username())} {mailbox(user.email)}"
    return Limit.allows("reset-mail", party, at_most=RESET_MAILS, within=HOUR)


def reset_code_allowed(email: str, asked_at: float) -> bool:
    """For one code, which was asked for at that moment: nobody else's tries count."""
    return Limit.allows("reset-code", f"{asked_at} {mailbox(email)}", at_most=RESET_CODES, within=HOUR)
