"""What an applicant changed of a request: stored with the event, so that it is erased with the request."""

from typing import NamedTuple

OF_REQUEST = ["member", "name", "organisation_number", "website", "place", "community", "facilitation"]
OF_REQUEST += ["may_use_texts", "message", "contact_name", "contact_phone"]
OF_SPACE = ["name", "address", "postal_code", "town", "is_open", "pin"]
WHERE = ["name", "address", "postal_code", "town"]


class Snapshot(NamedTuple):
    """The values of a request and of each of its spaces, by field, as JSON has them."""

    request: dict
    spaces: list[dict]


def snapshot(request) -> Snapshot:
    return Snapshot(_values(request, OF_REQUEST), [_values(space, OF_SPACE) for space in request.spaces.all()])


def changes(before: Snapshot, after: Snapshot) -> list[dict]:
    """Return space, field, old and new of each; a change of the request has no space, a whole space no field."""
    found = _differences("", before.request, after.request)
    for old, new in _pairs(before.spaces, after.spaces):
        if old and new:
            found += _differences(new["name"], old, new)
        else:
            found.append({"space": "", "field": "", "old": _whole(old), "new": _whole(new)})
    return found


def _values(row, fields) -> dict:
    values = {name: getattr(row, name) for name in fields}
    return {name: value if isinstance(value, bool) else str(value or "") for name, value in values.items()}


def _differences(space, old, new) -> list[dict]:
    changed = [name for name in new if old[name] != new[name]]
    return [{"space": space, "field": name, "old": old[name], "new": new[name]} for name in changed]


def _whole(space) -> str:
    return ", ".join(space[name] for name in WHERE if space[name]) if space else ""


def _pairs(before, after):
    """Yield each space before and after: the one of that name, else one in the same town; None if there is none."""
    left, matches = list(before), {}
    for field in ("name", "town"):
        for index, new in enumerate(after):
            old = next((each for each in left if each[field] == new[field]), None)
            if old and index not in matches:
                matches[index] = old
                left.remove(old)
    yield from ((matches.get(index), new) for index, new in enumerate(after))
    yield from ((old, None) for old in left)
