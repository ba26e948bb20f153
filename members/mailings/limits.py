from datetime import timedelta

from core.models import RateLimit

MAX_TRIALS = 10  # an hour, to one coordinator


def trial_allowed(user) -> bool:
    return RateLimit.allows("mailing-trial", str(user.pk), at_most=MAX_TRIALS, within=timedelta(hours=1))
