from django import template

from spaces.map.points import MAINLAND, MAINLAND_NORTH, NORWAY, Place, picture
from spaces.models import Space

register = template.Library()


@register.simple_tag
def requested_spaces(join_request):
    proposals = Space.objects.proposals(join_request.spaces.all(), join_request.member)
    located = [
        (number, proposal.requested, proposal.location)
        for number, proposal in enumerate(proposals, start=1)
        if not proposal.location.faults
    ]
    points = [
        {
            "number": number,
            "name": str(space),
            "lat": location.latitude,
            "lon": location.longitude,
            "approximate": location.is_approximate,
        }
        for number, space, location in located
    ]
    places = [Place(*location.position, title=str(space)) for _number, space, location in located]
    is_far = any(place.latitude > MAINLAND_NORTH for place in places)
    view = NORWAY if is_far else MAINLAND
    return {"proposals": proposals, "points": points, "picture": picture(places, view=view)}
