"""What the history says besides the fields that changed; noted in signs, and read in the language of the reader."""

import re

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

RESTORED = gettext_noop("restored from the bin")
BY_THE_SYSTEM = gettext_noop("from the starting list")
SIGN = re.compile("(?:^| )((?:photo )?[+−~]) ")


def name_or_gone(user) -> str:
    """Return who it was; of an account that is deleted, and of the system's own changes, nobody knows."""
    return full_name(user) if user else _("account deleted")


def what_was_done(entry) -> str:
    """Return what an entry of the history says besides the columns that changed."""
    done, reason = str(entry.get_history_type_display()), reason_in_words(entry.history_change_reason or "")
    if entry.history_change_reason == RESTORED:
        return capfirst(reason)
    return f"{done}: {reason}" if reason else done


def who_did(entry) -> str:
    """Return whose entry of the history it is."""
    if entry.history_user is None and entry.history_change_reason == BY_THE_SYSTEM:
        return _("the system")
    return name_or_gone(entry.history_user)


def full_name(user) -> str:
    """Return the name of a user who has given one, else the user name."""
    return user.get_full_name() or user.get_username()


def difference(before, after, changed=(), *, of="") -> str:
    """Return what was added, taken away and changed, for the reason of a row of the history; `of` may be "photo "."""
    before, after = ({str(row) for row in rows} for rows in (before, after))
    signs = [("+", after - before), ("−", before - after), ("~", set(map(str, changed)))]
    return " ".join(f"{of}{sign} {', '.join(sorted(rows))}" for sign, rows in signs if rows)


def reason_in_words(reason: str) -> str:
    """Translate a reason: an English text of the catalogue, what difference() noted, or one after the other."""
    before, *noted = SIGN.split(reason)
    told = [_(before)] if before else []
    words = {"+": _("added %(rows)s"), "−": _("removed %(rows)s"), "~": _("changed %(rows)s")}
    words |= {
        "photo +": _("photo added: %(rows)s"),
        "photo −": _("photo removed: %(rows)s"),
        "photo ~": _("photo changed: %(rows)s"),
    }
    told += [words[sign] % {"rows": rows} for sign, rows in zip(noted[::2], noted[1::2], strict=True)]
    return "; ".join(told)
