"""What the admin's form of a space asks while its place is filled in."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from norway.address_search import AddressAnswer, find_address, read_suggestion
from norway.counties import County
from norway.places import Area, area_of, postal_place, town_centre
from norway.positions import parse_position, split_position

from .forms import SpaceForm
from .location import Precision
from .look_ups import CHOOSE, FIND, SOMEWHERE, unchecked

COORDINATES = ("latitude", "longitude")


class PlaceAdmin:
    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("place/", view(self.place), name="spaces_space_place"),
            path("addresses/", view(self.addresses), name="spaces_space_addresses"),
            *super().get_urls(),
        ]

    def get_form(self, request, obj=None, change=False, **options):
        return unchecked(request, super().get_form(request, obj, change=change, **options))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST" and CHOOSE in request.POST:
            request.POST = with_suggestion(request.POST)
        elif request.method == "POST" and SOMEWHERE in request.POST:
            request.POST = with_position(request.POST)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(self, request, context, **options):
        if field := context["adminform"].form.fields.get("address"):
            field.widget.can_search, field.widget.answer = True, address_answer(request)
        context["somewhere"] = somewhere(request.POST) if request.method == "POST" else None
        return super().render_change_form(request, context, **options)

    def place(self, request):
        """Answer the map of a form.

        ?postal_code= → town and county; ?town= and ?county= → the town's centre, or the area where to look for it;
        ?latitude= and ?longitude= as they were typed, a pair in one of them too → the position.
        """
        postal = postal_place(request.GET.get("postal_code", ""))
        centre, area = town_centre(request.GET.get("town", ""), request.GET.get("county")), typed_area(request.GET)
        return JsonResponse(
            {
                "postal": postal and postal._asdict(),
                "centre": {"latitude": centre.latitude, "longitude": centre.longitude} if centre else None,
                "area": area and area._asdict(),
                "position": typed_position(request.GET),
            }
        )

    def addresses(self, request):
        """Answer the search of the form where scripts run: ?address=, ?postal_code= and ?town= → what fits them."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        context = {"answer": search(request.user, request.GET), "name": CHOOSE}
        return render(request, "spaces/widgets/_address_answer.html", context)


def search(user, typed) -> AddressAnswer:
    # Counted for the user: what others on the same network look up is nothing to a coordinator.
    unavailable = _("The address search is not answering just now. Place the pin in the map; everything else works.")
    return find_address(typed, f"user {user.pk}", unavailable=unavailable)


def with_suggestion(posted):
    values = read_suggestion(posted[CHOOSE])
    if not values:
        return posted
    if postal := postal_place(values["postal_code"]):
        values["county"] = postal.county.value
    return changed(posted, **values, precision=Precision.EXACT.value)


def with_position(posted):
    position = parse_position(posted[SOMEWHERE])
    if not position:
        return posted
    latitude, longitude = map(str, position)
    return changed(posted, latitude=latitude, longitude=longitude, precision=Precision.TOWN.value)


def changed(posted, **values):
    posted = posted.copy()
    for name, value in values.items():
        posted[name] = value
    posted.pop("at_town_centre", None)
    return posted


def somewhere(posted) -> Area | None:
    """Return the area to offer: none where a pin is placed, or the town's centre is known."""
    is_placed = any(posted.get(name) for name in COORDINATES)
    is_known = is_placed or town_centre(posted.get("town", ""), posted.get("county"))
    return None if is_known else typed_area(posted)


def address_answer(request) -> AddressAnswer | None:
    if FIND in request.POST:
        return search(request.user, request.POST)
    if CHOOSE in request.POST and read_suggestion(request.POST[CHOOSE]):
        address = request.POST["address"]
        return AddressAnswer(_("The pin stands at %(address)s. It is not saved yet.") % {"address": address})
    return AddressAnswer(_("Choose an address again.")) if CHOOSE in request.POST else None


def typed_area(query) -> Area | None:
    values = {name: query.get(name, "").strip() for name in ("town", "county", "postal_code", "municipality")}
    return area_of(**values) if values["county"] in ("", *County.values) else None


def typed_position(query) -> list[float] | None:
    cells = split_position({name: query.get(name, "") for name in COORDINATES})
    try:
        position = [SpaceForm.base_fields[name].clean(cells[name]) for name in COORDINATES]
    except ValidationError:
        return None
    return None if None in position else position
