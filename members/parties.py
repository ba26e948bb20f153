"""Who somebody is as far as limits go: a mailbox however it is written, a network address however it varies."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.utils.encoding import punycode

IPV6_PREFIX = 64  # what one customer is given


def ascii_address(address: str) -> str:
    """The address as it is put on the envelope: the domain in small ASCII letters. UnicodeError where it has none."""
    local, _at, domain = address.rpartition("@")
    return f"{local}@{punycode(domain).casefold()}"


def mailbox(address: str) -> str:
    """Dots and +tags in the local part reach the same mailbox at the large providers."""
    local, _at, domain = ascii_address(address.strip()).casefold().rpartition("@")
    return f"{local.split('+')[0].replace('.', '')}@{domain}"


def network(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 address; an IPv4 address that wears IPv6 is the former."""
    ip = ip_address(address.split("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip) if ip.version == 4 else str(ip_network((ip, IPV6_PREFIX), strict=False))


def client(request) -> str:
    """Whose request it is; in production the web server in front says so, last in X-Forwarded-For."""
    address = request.META["REMOTE_ADDR"]
    if settings.PRODUCTION:
        address = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return network(address)
    except ValueError:
        return "unknown"
