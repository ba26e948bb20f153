from django.conf import settings


def absolute(path: str) -> str:
    return settings.SITE_URL + path


def without_blanks(data: dict) -> dict:
    return {name: value for name, value in data.items() if value}


def breadcrumb_data(trail: list[tuple[str, str]]) -> dict:
    """Return https://schema.org/BreadcrumbList of label and address of each page, the page itself last."""
    return _list_data("BreadcrumbList", [{"name": label, "item": {"@id": absolute(url)}} for label, url in trail])


def item_list_data(pages: list[tuple[str, str]], *, first: int = 1) -> dict:
    """Return https://schema.org/ItemList of the name and address of each page."""
    return _list_data("ItemList", [{"name": name, "url": absolute(url)} for name, url in pages], first)


def _list_data(kind, items, first=1):
    elements = [{"@type": "ListItem", "position": position} | item for position, item in enumerate(items, first)]
    return {"@context": "https://schema.org", "@type": kind, "itemListElement": elements}
