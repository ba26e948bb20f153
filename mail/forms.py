from django import forms

from .addresses import to_unicode, validate_mailbox


class MailboxField(forms.EmailField):
    """An e-mail address, kept as it was typed but for the domain's capitals."""

    default_validators = [validate_mailbox]
    widget = forms.EmailInput({"autocomplete": "email"})

    def clean(self, value):
        address = super().clean(value)
        return to_unicode(address) if address else ""
