"""The network and its organisations in schema.org's words (https://schema.org/), for search engines."""

from django.templatetags.static import static

from core.structured_data import absolute, without_blanks


def network_data() -> dict:
    return {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": "Coworking Norge",
        "url": absolute("/"),
        "logo": absolute(static("core/icon.png")),
        "areaServed": "NO",
    }


def organisation_data(organisation) -> dict:
    data = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": organisation.name,
        "url": absolute(organisation.get_absolute_url()),
        "description": organisation.description_text,
        "logo": absolute(organisation.logo.url) if organisation.logo else "",
        **contact_data(organisation),
    }
    if organisation.is_member:
        data["memberOf"] = {"@type": "Organization", "name": "Coworking Norge", "url": absolute("/")}
    return without_blanks(data)


def contact_data(contact) -> dict:
    return {"telephone": str(contact.phone), "email": contact.email, "sameAs": contact.website}
