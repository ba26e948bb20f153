"""The states and events of a join request, with labels for coordinators and texts for applicants."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    UNCONFIRMED = "unconfirmed", _("not confirmed")
    RECEIVED = "received", _("received")
    IN_REVIEW = "in_review", _("in review")
    WAITING = "waiting", _("waiting for the applicant")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")

    @property
    def title(self):
        return TITLES[self]

    @property
    def explanation(self):
        return EXPLANATIONS.get(self, "")  # none for an approved one: its page links to the organisation

    @property
    def waits_for(self):
        """Who has to act, in the coordinators' words."""
        return WAITS_FOR.get(self, "–")


TITLES = {
    State.UNCONFIRMED: _("Your address is not confirmed yet"),
    State.RECEIVED: _("We have received it"),
    State.IN_REVIEW: _("A coordinator is looking at it"),
    State.WAITING: _("We have a question for you"),
    State.APPROVED: _("You are a member. Welcome"),
    State.DECLINED: _("We had to say no"),
    State.WITHDRAWN: _("You have withdrawn it"),
}
EXPLANATIONS = {
    State.UNCONFIRMED: _("Follow the link in the first mail that we sent you, and press the button."),
    State.RECEIVED: _(
        "You don’t have to do anything now. A coordinator will read it, ask if anything is unclear, and answer you. "
        "We will write when something happens."
    ),
    State.IN_REVIEW: _("You don’t have to do anything now. We will write when something happens."),
    State.WAITING: _("Answer here, and we will carry on. If something you sent needs to change, correct it first."),
    State.DECLINED: _(
        "This is why. If something changes, or if we have misunderstood, you are welcome to apply again. We delete "
        "the application after six months."
    ),
    State.WITHDRAWN: _(
        "We are no longer looking at it, and delete it after six months. You are welcome to apply again."
    ),
}

WAITS_FOR = {
    State.UNCONFIRMED: _("the applicant’s confirmation"),
    State.RECEIVED: _("us"),
    State.IN_REVIEW: _("us"),
    State.WAITING: _("the applicant"),
}


class Kind(TextChoices):
    CONFIRMED = "confirmed", _("The e-mail address was confirmed")
    TAKEN = "taken", _("A coordinator began to look at it")
    NOTED = "noted", _("A coordinator noted")
    ASSESSED = "assessed", _("A coordinator changed the ticks")
    ASKED = "asked", _("A coordinator asked")
    ANSWERED = "answered", _("The applicant answered")
    CORRECTED = "corrected", _("The applicant corrected what was sent")
    WITHDRAWN = "withdrawn", _("The applicant withdrew the application")
    DECLINED = "declined", _("The application was declined")
    APPROVED = "approved", _("The application was approved")

    @property
    def is_by_applicant(self) -> bool:
        return self in BY_APPLICANT

    @property
    def is_private(self) -> bool:
        return self in PRIVATE

    def for_applicant(self, coordinator: str):
        if coordinator and self in BY_NAME:
            return BY_NAME[self] % {"coordinator": coordinator}
        return BY_APPLICANT.get(self, self.label)


PRIVATE = [Kind.NOTED, Kind.ASSESSED]  # for coordinators' eyes
BY_NAME = {
    Kind.TAKEN: _("%(coordinator)s began to look at it"),
    Kind.ASKED: _("%(coordinator)s asked"),
}
BY_APPLICANT = {
    Kind.CONFIRMED: _("You confirmed your address"),
    Kind.ANSWERED: _("You answered"),
    Kind.CORRECTED: _("You corrected what you sent"),
    Kind.WITHDRAWN: _("You withdrew the application"),
}
