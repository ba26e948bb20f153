from .change import Change, watch
from .event import Event
from .join_request import JoinRequest
from .limit import Limit
from .login_event import LoginEvent
from .mail_preference import MailPreference
from .organisation import Contact, Organisation, OrganisationQuerySet, PublicContact, VerbQuerySet
from .refusals import CriteriaNotMet, NumberTaken, TooLate
from .requested_space import RequestedSpace

__all__ = [
    "Change",
    "Contact",
    "CriteriaNotMet",
    "Event",
    "JoinRequest",
    "Limit",
    "LoginEvent",
    "MailPreference",
    "NumberTaken",
    "Organisation",
    "OrganisationQuerySet",
    "PublicContact",
    "RequestedSpace",
    "TooLate",
    "VerbQuerySet",
    "watch",
]
