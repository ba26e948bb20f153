"""Every address of the URL configuration, the admin's and each language's included."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from django.conf import settings
from django.urls import URLPattern, get_resolver
from django.utils import translation

PARAMETER = re.compile(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>|\([^)]*\)")


class Address(NamedTuple):
    """Called as its URL is or, where that has no name, as its route is in Norwegian."""

    name: str
    routes: dict[str, str]

    @property
    def parameters(self) -> list[str]:
        """Those of a regular expression without a name are "first" and "second"."""
        unnamed = iter(["first", "second"])
        return [found[1] or found[2] or next(unnamed) for found in PARAMETER.finditer(self.routes["nb"])]

    def path(self, arguments: Mapping, language: str = "nb") -> str:
        values = iter([str(arguments[name]) for name in self.parameters])
        filled = PARAMETER.sub(lambda _: next(values), self.routes[language])
        return "/" + re.sub(r"[$^]", "", filled)


def addresses() -> list[Address]:
    by_language = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            by_language[language] = list(walk(get_resolver().url_patterns))
    return [
        Address(name or route, {language: routes[index][1] for language, routes in by_language.items()})
        for index, (name, route) in enumerate(by_language["nb"])
    ]


def walk(patterns, route="", namespaces=""):
    for pattern in patterns:
        its_route = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield pattern.name and namespaces + pattern.name, its_route
        else:
            own = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from walk(pattern.url_patterns, its_route, namespaces + own)
