"""How often somebody may try to log in; counted in the database, for all servers.

allauth's own limits are off: they live in a cache, which each process may have for itself.
"""

from datetime import timedelta

from allauth.core.internal.cryptokit import normalize_user_code

from ..models import Limit
from ..parties import mailbox

QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
PASSWORDS_OF_ONE, PASSWORDS_HERE, PASSWORDS_IN_ALL = 30, 10, 50  # a quarter, a quarter for one account, an hour for it
CODES, CODES_A_DAY = 10, 60  # of the second step, for one account: in a quarter, in a day
CODE_LIFE = timedelta(minutes=5)  # longer than a code of the app is valid
RESETS_OF_ONE, RESET_MAILS, RESET_CODES = 20, 5, 10  # an hour


def password_allowed(client: str, name: str) -> bool:
    """Few from one place, so that a stranger can hardly lock somebody out; not many from everywhere together."""
    name = name.strip().casefold()
    return (
        Limit.allows("passwords", client, at_most=PASSWORDS_OF_ONE, within=QUARTER)
        and Limit.allows("passwords-here", f"{client} {name}", at_most=PASSWORDS_HERE, within=QUARTER)
        and Limit.allows("passwords-in-all", name, at_most=PASSWORDS_IN_ALL, within=HOUR)
    )


def code_allowed(user) -> bool:
    return Limit.allows("codes", str(user.pk), at_most=CODES, within=QUARTER) and Limit.allows(
        "codes-a-day", str(user.pk), at_most=CODES_A_DAY, within=DAY
    )


def code_is_fresh(user, code: str) -> bool:
    """Whether the right code is used for the first time: an app's code is valid for a minute and more."""
    return Limit.allows("code-used", f"{user.pk} {normalize_user_code(code)}", at_most=1, within=CODE_LIFE)


def reset_allowed(client: str) -> bool:
    return Limit.allows("reset", client, at_most=RESETS_OF_ONE, within=HOUR)


def reset_mail_allowed(email: str) -> bool:
    return Limit.allows("reset-mail", mailbox(email), at_most=RESET_MAILS, within=HOUR)


def reset_code_allowed(email: str) -> bool:
    return Limit.allows("reset-code", mailbox(email), at_most=RESET_CODES, within=HOUR)
