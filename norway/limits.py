from datetime import timedelta

from core.models import RateLimit

MAX_LOOKUPS = 60, 240, 960  # in an hour: of a client, its /24 or /48, its /16 or /32


def lookup_allowed(client_ip: str) -> bool:
    return RateLimit.allows_client("lookup", client_ip, at_most=MAX_LOOKUPS, within=timedelta(hours=1))
