"""The network and its organisations in schema.org's words (https://schema.org/), for search engines."""

from django.conf import settings
from django.templatetags.static import static


def network_data() -> dict:
    return {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": "Coworking Norge",
        "url": absolute("/"),
        "logo": absolute(static("img/icon.png")),
        "areaServed": "NO",
    }


def organisation_data(organisation) -> dict:
    data = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": organisation.name,
        "url": absolute(organisation.get_absolute_url()),
        "description": organisation.description.text,
        "logo": absolute(organisation.logo.url) if organisation.logo else "",
        **contact_data(organisation),
    }
    if organisation.is_member:
        data["memberOf"] = {"@type": "Organization", "name": "Coworking Norge", "url": absolute("/")}
    return without_blanks(data)


def contact_data(contact) -> dict:
    return {"telephone": str(contact.phone), "email": contact.email, "sameAs": contact.website}


def absolute(path: str) -> str:
    return settings.SITE_URL + path


def without_blanks(data: dict) -> dict:
    return {name: value for name, value in data.items() if value}
