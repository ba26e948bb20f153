"""A space in schema.org's words (https://schema.org/), for search engines."""

from django.utils import timezone

from members.structured_data import absolute, contact_data, without_blanks

from . import opening_hours


def space_data(space, photos) -> dict:
    """A LocalBusiness, or just a Place while it is on its way. An approximate position is said to be the town's."""
    geo = {"@type": "GeoCoordinates", "latitude": space.latitude, "longitude": space.longitude}
    data = {
        "@context": "https://schema.org",
        "@type": "LocalBusiness" if space.is_member else "Place",
        "name": space.title,
        "url": absolute(space.get_absolute_url()),
        "description": space.description.text,
        "image": [absolute(photo.sources.fallback) for photo in photos],
        "address": address_data(space),
    }
    if space.is_approximate:
        data["containedInPlace"] = {"@type": "City", "name": space.town, "geo": geo}
    else:
        data["geo"] = geo
    if space.is_member:
        data |= contact_data(space.contact)
        data["parentOrganization"] = {
            "@type": "Organization",
            "name": space.organisation.name,
            "url": absolute(space.organisation.get_absolute_url()),
        }
        data["openingHoursSpecification"] = opening_hours.schema_org(space.opening_hours, timezone.localdate())
    return without_blanks(data)


def address_data(space) -> dict:
    return without_blanks(
        {
            "@type": "PostalAddress",
            "streetAddress": space.address,
            "postalCode": space.postal_code,
            "addressLocality": space.town,
            "addressRegion": space.county_name,
            "addressCountry": "NO",
        }
    )
