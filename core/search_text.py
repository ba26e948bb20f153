"""Text as Norwegians search and sort it, computed in Python so that SQLite and PostgreSQL agree."""

import re
import unicodedata

from django.db import models, transaction
from django.db.models import Q

# Letters that are no base letter with an accent; č, š, ž, á, ï and their like lose theirs.
BASE_LETTERS = {"đ": "d", "ð": "d", "ŋ": "n", "ŧ": "t", "þ": "th", "ł": "l", "ħ": "h", "ı": "i"}
LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ä": "ae", "ö": "o"} | BASE_LETTERS)
ALPHABET = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}", "ü": "y"} | BASE_LETTERS)
BATCH = 500
MAX_BYTES = 1000  # bytes of a derived text; in an index PostgreSQL takes 2,700 for all its columns


def fold(text: str) -> str:
    """Return lower case without accents or punctuation.

    æ/ä/ae, ø/ö/oe and å/aa each become one letter; a house number joins its letter: "12 B" becomes "12b".
    """
    words = re.sub(r"[\W_]+", " ", base_letters(text))
    words = re.sub("oe", "o", re.sub("a[ae]+", "a", words)).strip()
    return re.sub(r"(?<=\d) (?=[a-hj-z]\b)", "", words)  # i is a word: "Loft 7 i Bergen"


def base_letters(text: str) -> str:
    """Return lower case of base letters alone: a to z where the text is Norwegian, Sámi or Kven."""
    return _without_accents(unicodedata.normalize("NFKC", text).casefold().translate(LETTERS))


def sort_key(text: str) -> str:
    """Return a key whose code points order names the Norwegian way: æ, ø, å last, aa as å."""
    letters = unicodedata.normalize("NFKC", text).casefold().replace("aa", "å").translate(ALPHABET)
    return re.sub(r"[^\w{|}]+|_", " ", _without_accents(letters)).strip()


def truncated(text: str) -> str:
    """Truncate to MAX_BYTES so that the index entry fits PostgreSQL's limit."""
    return text.encode()[:MAX_BYTES].decode(errors="ignore")


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


class DerivedTextField(models.TextField):
    """Text that a property of the row computes, each time the row is written; compared by code point."""

    def __init__(self, *, derived_from: str = "", **options):
        self.derived_from = derived_from
        super().__init__(**options | {"editable": False, "default": "", "db_default": ""})

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"derived_from": self.derived_from}

    def pre_save(self, instance, add):
        setattr(instance, self.attname, truncated(getattr(instance, self.derived_from)))
        return getattr(instance, self.attname)

    def db_parameters(self, connection):
        collation = {"postgresql": "C", "sqlite": "BINARY"}.get(connection.vendor)
        return super().db_parameters(connection) | {"collation": collation}


class SearchableQuerySet(models.QuerySet):
    def search(self, query: str):
        """Return rows in which every word of the query occurs somewhere."""
        found = Q()
        for word in fold(query).split():
            found &= self.model.matching(word)
        return self.filter(found)

    def update(self, **values):
        """Update as Django does, and compute the derived columns anew where a column that they come from is set."""
        if not self.model.DERIVED_FROM & values.keys():
            return super().update(**values)
        with transaction.atomic(using=self.db):
            keys = list(self.order_by().values_list("pk", flat=True))
            changed = super().update(**values)
            for start in range(0, len(keys), BATCH):
                self.model._default_manager.filter(pk__in=keys[start : start + BATCH]).update_derived(values.keys())
        return changed

    def update_derived(self, fields):
        if self.model.INDEXED_FIELDS & fields:
            self.reindex()

    def reindex(self):
        """Write the derived texts where they differ, past update(): whoever changed their sources bumps the version."""
        stale = [row for row in self if row.reindex()]
        self.model._base_manager.bulk_update(stale, ["search_text", "sort_name"], BATCH)

    update.alters_data = update_derived.alters_data = reindex.alters_data = True


class Searchable(models.Model):
    """A row that is found by its folded text and ordered by its name as Norwegians order names."""

    INDEXED_FIELDS = DERIVED_FROM = frozenset({"name"})  # what the two columns, and what all derived ones, come from

    search_text = DerivedTextField(derived_from="search_document")
    sort_name = DerivedTextField(derived_from="sort_document")

    class Meta:
        abstract = True

    def save(self, *args, update_fields=None, **options):
        # Django saves only the columns that are named, and the derived ones would be left behind.
        if update_fields and self.INDEXED_FIELDS & set(update_fields):
            update_fields = {*update_fields, "search_text", "sort_name"}
        super().save(*args, update_fields=update_fields, **options)

    def reindex(self) -> bool:
        """Compute the derived texts, without saving the row; return whether one of them differs."""
        before = self.search_text, self.sort_name
        self.search_text, self.sort_name = truncated(self.search_document), truncated(self.sort_document)
        return before != (self.search_text, self.sort_name)

    reindex.alters_data = True

    @property
    def search_document(self) -> str:
        return fold(self.name)

    @property
    def sort_document(self) -> str:
        return sort_key(self.name)

    @classmethod
    def matching(cls, word: str) -> Q:
        return Q(search_text__contains=word)
