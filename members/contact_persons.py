from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from core.bin.models import Deletion
from mail.addresses import having_address, validate_mailbox


class ContactPersonQuerySet(models.QuerySet):
    def create_from_request(self, join_request, organisation):
        """Return the organisation's person with the applicant's address, who is added if there is none."""
        if same := having_address(organisation.contact_persons.all(), "email", join_request.contact_email).first():
            return same
        return self.create(
            organisation=organisation,
            name=join_request.contact_name,
            email=join_request.contact_email,
            phone=join_request.contact_phone,
        )

    def of_request(self, join_request):
        """Return the person whom the request brought, unless somebody else has been written into that row."""
        is_same = Q(name=join_request.contact_name) | Q(email__iexact=join_request.contact_email)
        return self.filter(is_same, pk=join_request.contact_person_id)

    def erase_of_request(self, join_request):
        """Erase the person whom the request brought, in the bin too."""
        self.of_request(join_request).delete()
        if not (keys := Deletion.objects.targets(join_request, "contact_person")):
            return
        name, email = join_request.contact_name, join_request.contact_email.lower()

        def is_same(row, _organisation):
            fields = row["fields"]
            return row["pk"] in keys and (fields["name"] == name or fields["email"].lower() == email)

        Deletion.objects.erase_persons(is_same)

    def erase_left_before(self, day) -> int:
        """Erase those of organisations that were members until then, in the bin too."""
        erased = self.filter(organisation__left_on__lte=day).delete()[0]
        return erased + Deletion.objects.erase_persons(
            lambda _row, organisation: (organisation["fields"]["left_on"] or "9999") <= day.isoformat()
        )

    create_from_request.alters_data = erase_of_request.alters_data = erase_left_before.alters_data = True


class ContactPerson(models.Model):
    """Whom the coordinators reach at an organisation. Never public, and in no history, as it names a person."""

    IS_PERSON = True

    organisation = models.ForeignKey("members.Organisation", models.CASCADE, related_name="contact_persons")
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), blank=True, validators=[validate_mailbox])
    phone = PhoneNumberField(_("telephone"), blank=True)

    objects = ContactPersonQuerySet.as_manager()

    class Meta:
        app_label = "members"
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="", phone=""),
                name="contact_person_can_be_reached",
                violation_error_message=_("Give an e-mail address or a telephone number."),
            )
        ]

    def __str__(self):
        return str(self.organisation)  # Django's log would keep a name
