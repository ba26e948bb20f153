from functools import partial

from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.localized import in_reader_language

from . import photos


class Photo(models.Model):
    """A picture of a space, stored as re-encoded renditions under a random key."""

    PART_OF = "space"

    space = models.ForeignKey("spaces.Space", models.CASCADE, related_name="photos", verbose_name=_("space"))
    key = models.CharField(max_length=32, unique=True, editable=False)
    width = models.PositiveIntegerField(editable=False, help_text=_("Pixels of the largest rendition."))
    height = models.PositiveIntegerField(editable=False)
    alt_nb = models.CharField(
        _("what it shows, in Norwegian"),
        max_length=200,
        help_text=_("Read aloud to those who cannot see it."),
    )
    alt_en = models.CharField(_("what it shows, in English"), max_length=200, blank=True)
    credit = models.CharField(_("credit"), max_length=120, blank=True, help_text=_("Who took it."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    focus_x = models.PositiveSmallIntegerField(
        _("focus, per cent from the left"), default=50, db_default=50, validators=[MaxValueValidator(100)]
    )
    focus_y = models.PositiveSmallIntegerField(
        _("focus, per cent from the top"), default=50, db_default=50, validators=[MaxValueValidator(100)]
    )

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(focus_x__lte=100, focus_y__lte=100),
                name="photo_focus_within",
                violation_error_message=_("The focus is between 0 and 100 per cent."),
            ),
        ]

    def __str__(self):
        return self.alt.text

    @transaction.atomic
    def save(self, *args, **options):
        super().save(*args, **options)
        type(self.space).objects.filter(pk=self.space_id).update_gaps()

    @property
    def alt(self):
        return in_reader_language(self, "alt")

    @property
    def focus(self) -> str:
        """The classes that keep the focus in view where the picture is cropped, blank for the middle."""
        tens = {"x": round(self.focus_x, -1), "y": round(self.focus_y, -1)}
        return " ".join(f"focus-{axis}-{percent}" for axis, percent in tens.items() if percent != 50)

    @property
    def widths(self):
        return photos.rendition_widths(self.width)

    @property
    def sources(self):
        return photos.sources(self.key, self.widths)

    def set_image(self, clean: photos.CleanPhoto):
        """Store the picture's files without saving the row; the files before are deleted on commit."""
        self.discard_files()
        self.key, self.width, self.height = photos.store(clean), clean.width, clean.height

    def hide_files(self):
        """Move the files to an address that nobody has been given, without saving the row. Raise FileNotFoundError."""
        self.set_image(photos.stored(self.key, self.width, self.height))

    def discard_files(self):
        if self.key:
            transaction.on_commit(partial(photos.discard, self.key, self.widths))
