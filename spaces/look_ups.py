"""Buttons of the admin's form of a space that show the form again, with something filled in, and save nothing."""

from django import forms
from django.forms.utils import ErrorDict

# Search for the address, take one that was found, take the middle of the area; keep the chosen pictures.
FIND, CHOOSE, SOMEWHERE, ADD_PHOTOS = BUTTONS = "_find_address", "_choose_address", "_somewhere", "_add_photos"


class LookUpForm(forms.ModelForm):
    """Shows what was typed, unchecked, and is never valid."""

    cleaned_data = {}

    @property
    def errors(self):
        return ErrorDict()

    def is_valid(self):
        return False


def unchecked(request, form):
    """Return the class of the form as one of our buttons needs it, itself for any other."""
    return type(form)(form.__name__, (LookUpForm, form), {}) if request.POST.keys() & {*BUTTONS} else form
