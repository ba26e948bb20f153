from types import SimpleNamespace

from core.changes import ChangesInWords


class PublicationChanges(ChangesInWords):
    """Tells of the draft of a change field by field."""

    def value(self, field, row):
        if field.name != "draft":
            return super().value(field, row)
        fields = [each for each in self.model._meta.fields if each.name in row.draft]
        drafted = SimpleNamespace(**{each.name: each.to_python(row.draft[each.name]) for each in fields})
        values = [super(PublicationChanges, self).value(each, drafted) for each in fields]
        return "\n".join(f"{self.label(each)}: {value}" for each, value in zip(fields, values, strict=True))
