from functools import cached_property

from core.search_text import fold

from .column_types import Column, in_every_language


class ColumnSet:
    """The columns of a kind of file, in its order."""

    def __init__(self, makers):
        self._makers = list(makers)

    def make(self) -> dict[str, Column]:
        """Return new columns by name: each remembers what it has parsed."""
        return {column.name: column for column in (make() for make in self._makers)}

    def named(self, header: str) -> str | None:
        """Return the name of the column that a header names: by its name, or its label in any language."""
        return self._names_by_label.get(fold(header))

    @cached_property
    def _names_by_label(self):
        every = self.make()
        labels = {
            fold(label): name
            for name, column in every.items()
            for label in in_every_language(lambda column: column.label, column)
        }
        return {fold(name): name for name in every} | labels
