"""The client's IP address as limits (by prefix) and logs (anonymised) may use it."""

from ipaddress import ip_address, ip_network

from django.conf import settings

IPV6_PREFIX = 64  # what one customer is given
WIDER_PREFIXES = {4: (24, 16), 6: (48, 32)}  # the first tells of nobody who it was


def ip_prefix(address: str) -> str:
    """Return an IPv4 address, or the /64 of an IPv6 address. IPv4-mapped IPv6 addresses count as IPv4."""
    ip = ip_address(address.split("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip) if ip.version == 4 else str(ip_network((ip, IPV6_PREFIX), strict=False))


def anonymise_ip(address: str) -> str:
    """Return the network, too wide to tell who it was: 192.0.2.0 (/24), 2001:db8:1:: (/48)."""
    ip = ip_address(ip_prefix(address).partition("/")[0])
    return str(ip_network((ip, WIDER_PREFIXES[ip.version][0]), strict=False).network_address)


def shorten(network: str) -> str:
    """Write what anonymise_ip() returns so that it does not look like an address: 192.0.2.x, 2001:db8:1::x."""
    return f"{network}x" if network.endswith(":") else f"{network.rpartition('.')[0]}.x"


def networks_around(client: str) -> list[str]:
    """Return the wider networks of which a client, as `client_ip` names it, may have very many addresses."""
    try:
        network = ip_network(client)
    except ValueError:  # unknown
        return []
    return [str(network.supernet(new_prefix=prefix)) for prefix in WIDER_PREFIXES[network.version]]


def client_ip(request) -> str:
    """Return whose request it is; in production the web server in front says so, last in X-Forwarded-For."""
    try:
        return ip_prefix(_address(request))
    except ValueError:
        return "unknown"


def anonymised_client_ip(request) -> str:
    """Return the anonymised address of a request's client; always an address, for fields that require one."""
    try:
        return anonymise_ip(_address(request))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 (nothing is bound to it)


def _address(request) -> str:
    # The last address is the one that nginx added; those before it are whatever the client sent.
    if settings.PRODUCTION:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return request.META.get("REMOTE_ADDR", "")
