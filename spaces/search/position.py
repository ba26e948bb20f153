"""The position that a browser posts: in its body it is in no address and no log."""

from functools import wraps

from django import forms
from django.http import HttpResponseBadRequest
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from norway.bounds import EAST, NORTH, SOUTH, WEST
from norway.place_lookup import Centre


class PositionForm(forms.Form):
    latitude = forms.FloatField(min_value=SOUTH, max_value=NORTH)
    longitude = forms.FloatField(min_value=WEST, max_value=EAST)


def takes_position(view):
    """Pass the view the posted position as its centre, or None; answer 400 where that is no place in Norway."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @csrf_exempt  # a POST changes nothing either
    @sensitive_post_parameters()
    @wraps(view)
    def wrapper(request):
        if request.method != "POST":
            return view(request, None)
        form = PositionForm(request.POST)
        if form.is_valid():
            return view(request, Centre("", **form.cleaned_data))
        text = _("Your browser gave no position in Norway. Write a town or a postal code instead.")
        return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")

    return wrapper
