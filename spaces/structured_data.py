"""A space in schema.org's words (https://schema.org/), for search engines."""

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from core.structured_data import absolute, item_list_data, without_blanks
from members.structured_data import contact_data

from .opening_hours_schema import schema_org, schema_org_exceptions
from .photos import fallback_width
from .practical import Answer


def space_data(space, photos, amenities) -> dict:
    """Return a LocalBusiness of a member, a Place of an upcoming space."""
    geo = {"@type": "GeoCoordinates", "latitude": space.latitude, "longitude": space.longitude}
    data = {
        "@context": "https://schema.org",
        "@type": "LocalBusiness" if space.is_member else "Place",
        "name": space.title,
        "url": absolute(space.get_absolute_url()),
        "description": space.description_text,
        "image": [image_data(photo) for photo in photos],
        "address": address_data(space),
        "amenityFeature": [*map(amenity_data, amenities), *answers_data(space)],
    }
    # A search engine would lead people to a door that is not there.
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
        hours, today = space.opening_hours, timezone.localdate()
        data |= practical_data(space)  # a Place has none of it in the vocabulary
        data["openingHoursSpecification"] = schema_org(hours, today)
        data["specialOpeningHoursSpecification"] = schema_org_exceptions(hours, today)
    return without_blanks(data)


def spaces_data(page) -> dict:
    """Return an ItemList of a page of cards, numbered as they are over all pages."""
    before, after = reverse("spaces:space", args=["--"]).split("--")
    spaces = [(space.name, f"{before}{space.slug}{after}") for space in page.object_list]
    return item_list_data(spaces, first=page.start_index() or 1)


def image_data(photo) -> dict:
    width = fallback_width(photo.widths)
    return {
        "@type": "ImageObject",
        "url": absolute(photo.sources.fallback),
        "caption": photo.alt.text,
        "width": pixels(width),
        "height": pixels(round(photo.height * width / photo.width)),
    }


def pixels(number: int) -> dict:
    return {"@type": "QuantitativeValue", "value": number, "unitCode": "E37"}  # by UN/CEFACT


def amenity_data(amenity) -> dict:
    return {"@type": "LocationFeatureSpecification", "name": str(amenity), "value": True}


def practical_data(space) -> dict:
    prices = sorted(price for price in (space.day_price, space.month_price) if price is not None)
    return {
        "priceRange": f"NOK {'–'.join(map(str, prices))}" if prices else "",
        "knowsLanguage": space.languages.split(),
        "foundingDate": str(space.since or ""),
        "potentialAction": space.booking_url and {"@type": "ReserveAction", "target": space.booking_url},
    }


def answers_data(space) -> list[dict]:
    answers = [(space._meta.get_field(name).verbose_name, getattr(space, name)) for name in space.ANSWERS]
    return [
        {"@type": "LocationFeatureSpecification", "name": capfirst(question), "value": answer == Answer.YES}
        for question, answer in answers
        if answer
    ]


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
