from .join_request import Event, JoinRequest, RequestedSpace, TooLate
from .limit import Limit
from .organisation import Contact, Organisation, OrganisationQuerySet, PublicContact, VerbQuerySet

__all__ = [
    "Contact",
    "Event",
    "JoinRequest",
    "Limit",
    "Organisation",
    "OrganisationQuerySet",
    "PublicContact",
    "RequestedSpace",
    "TooLate",
    "VerbQuerySet",
]
