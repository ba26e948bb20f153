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


def neighbourhood(address: str) -> str:
    """Too wide to tell who it was, narrow enough to tell home from abroad: 192.0.2.0, 2001:db8:1::."""
    ip = ip_address(network(address).partition("/")[0])
    return str(ip_network((ip, 24 if ip.version == 4 else 48), strict=False).network_address)


def client(request) -> str:
    """Whose request it is; in production the web server in front says so, last in X-Forwarded-For."""
    try:
        return network(_address(request))
    except ValueError:
        return "unknown"


def whereabouts(request) -> str:
    """Where a request comes from, roughly; an address, even where that is not known."""
    try:
        return neighbourhood(_address(request))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 (nothing is bound to it)


def _address(request) -> str:
    if settings.PRODUCTION:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return request.META.get("REMOTE_ADDR", "")
