"""E-mail addresses: which of them are valid here, and which reach the same mailbox."""

from contextlib import suppress

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _

# Names of the machine itself and of local networks: RFC 6761, 6762 and 8375, ICANN's .internal, and what routers invent
LOCAL_DOMAINS = (".localhost", ".localdomain", ".local", ".internal", ".home.arpa", ".lan", ".home", ".corp")
SAME_DOMAIN = {"googlemail.com": "gmail.com"}
DOTS_IGNORED = {"gmail.com", "proton.me", "protonmail.com", "pm.me"}  # as these providers promise


def to_ascii(address: str) -> str:
    """Return the address as on the envelope: the domain in small ASCII letters. Raise UnicodeError if it has none."""
    local, _at, domain = address.rpartition("@")
    return f"{local}@{punycode(domain).casefold()}"


def to_unicode(address: str) -> str:
    """Return the address as people read it: the domain in its own letters, small ones. Raise UnicodeError likewise."""
    local, _at, domain = to_ascii(address).rpartition("@")
    with suppress(UnicodeError):  # no letters but these can name it
        domain = domain.encode().decode("idna")
    return f"{local}@{domain}"


def address_key(address: str) -> str:
    """Return what is equal for two spellings of one address, and for no two addresses."""
    with suppress(UnicodeError):
        address = to_ascii(address)
    return address.casefold()


def having_address(rows: QuerySet, field: str, address: str) -> QuerySet:
    """Return the rows whose field holds the address, however it is spelled there."""
    spellings = {to_ascii(address), to_unicode(address)}
    alike = rows.filter(Q(*((f"{field}__iexact", spelling) for spelling in spellings), _connector=Q.OR))
    # PostgreSQL ignores case by capitals, and so takes ı for i: another domain, and somebody else's.
    stored = alike.order_by().values_list("pk", field)
    return rows.filter(pk__in=[key for key, text in stored if address_key(text) == address_key(address)])


def mailbox(address: str) -> str:
    """Return the mailbox that an address reaches, as rate limits count it."""
    # large providers ignore dots and +tags in the local part
    local, _at, domain = to_ascii(address.strip()).casefold().rpartition("@")
    return f"{local.split('+')[0].replace('.', '')}@{SAME_DOMAIN.get(domain, domain)}"


def reader_key(address: str) -> str:
    """Return what is equal for two addresses only if one person is sure to read both."""
    local, _at, domain = address_key(address.strip()).rpartition("@")
    domain = SAME_DOMAIN.get(domain, domain)
    return f"{local.replace('.', '') if domain in DOTS_IGNORED else local}@{domain}"


def validate_mailbox(address: str):
    if is_local(address):
        message = _("This address works on a local network only. Write one such as name@example.org.")
        raise ValidationError(message, code="invalid")
    validate_email(address)
    if '"' in address:  # a quoted name may hold a comma, at which post_office splits addresses
        raise ValidationError(_("Enter an e-mail address without quotation marks."), code="invalid")
    # Django's pattern ignores case, and so takes ı and ſ for letters of A to Z.
    if not address.rpartition("@")[0].isascii() or not is_encodable(address):
        raise ValidationError(validate_email.message, code=validate_email.code)


def is_encodable(address: str) -> bool:
    try:
        to_ascii(address)
    except UnicodeError:
        return False
    return True


def is_local(address: str) -> bool:
    """Return whether the domain has no dot, is a bare IP address or is reserved for local networks."""
    domain = address.rpartition("@")[2]
    with suppress(UnicodeError):
        domain = to_ascii(address).rpartition("@")[2]
    is_name = "." in domain and not domain.startswith("[")
    return domain not in ("", address) and not (is_name and not f".{domain}".endswith(LOCAL_DOMAINS))


def is_mailbox(address: str) -> bool:
    try:
        validate_mailbox(address)
    except ValidationError:
        return False
    return True
