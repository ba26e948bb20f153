"""What somebody typed into a form of the admin is stored while they log in again, and shown for them to save."""

import json

from django.core.signing import BadSignature, Signer
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

OPENED_BY = "opened_by"  # a field that says, signed, for whom the form was made: only such forms are stored
NOT_SAVED = _("You were logged out before this was saved. Look it over, and save it now.")
SESSION_KEY = "unsaved"
MAX_BYTES = 100_000

signer = Signer(salt="core.unsaved")


def store(request):
    """Store the POST in the session, without passwords and files, unless it is too large or nobody's."""
    fields = {name: values for name, values in request.POST.lists() if not _is_secret(name)}
    if _opened_by(fields) and len(json.dumps(fields)) <= MAX_BYTES:
        request.session[SESSION_KEY] = {"path": request.path, "fields": fields}


def pop(request) -> QueryDict | None:
    stored = request.session.get(SESSION_KEY)
    if stored and stored["path"] == request.path and request.method == "GET":
        del request.session[SESSION_KEY]
        data = QueryDict(mutable=True)
        for name, values in stored["fields"].items():
            data.setlist(name, values)
        return data
    return None


def discard_if_of_another_user(request):
    stored = request.session.get(SESSION_KEY)
    if stored and _opened_by(stored["fields"]) != str(request.user.pk):
        del request.session[SESSION_KEY]


def _opened_by(fields) -> str | None:
    try:
        return signer.unsign("".join(fields.get(OPENED_BY, [])))
    except BadSignature:
        return None


def _is_secret(name) -> bool:
    return "password" in name or name == "csrfmiddlewaretoken"
