from .event import Event
from .exceptions import CriteriaNotMet, TooLate
from .join_request import JoinRequest
from .mail_preference import MailPreference
from .requested_space import RequestedSpace

__all__ = ["CriteriaNotMet", "Event", "JoinRequest", "MailPreference", "RequestedSpace", "TooLate"]
