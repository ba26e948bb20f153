from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class Elements(models.Model):
    """The three elements of coworking, as an applicant tells of them and as coordinators see them."""

    CRITERIA = ["has_place", "has_community", "has_facilitation"]

    place = models.TextField(_("the place"), max_length=1500)
    community = models.TextField(_("the community"), max_length=1500)
    facilitation = models.TextField(_("the facilitation"), max_length=1500)
    may_use_texts = models.BooleanField(_("the texts may be used on the site"), default=False, db_default=False)

    has_place = models.BooleanField(_("the place is there"), default=False, db_default=False)
    has_community = models.BooleanField(_("the community is there"), default=False, db_default=False)
    has_facilitation = models.BooleanField(_("the facilitation is there"), default=False, db_default=False)

    class Meta:
        abstract = True

    @property
    def meets_all(self) -> bool:
        return all(getattr(self, name) for name in self.CRITERIA)

    @property
    def draft(self) -> str:
        return "\n\n".join(filter(None, [self.place, self.community, self.facilitation]))

    def describe(self, row, text: str, *, by):
        """Make the text the description in the applicant's language, where there is none, and if they allowed it."""
        field = f"description_{self.language}"
        if text and self.may_use_texts and not getattr(row, field):
            setattr(row, field, text)
            row._history_user, row._change_reason = by, gettext_noop("text of the application")
            row.save()

    describe.alters_data = True
