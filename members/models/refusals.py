"""Why a step of a join request was not done."""


class TooLate(Exception):
    """The step is not open any more: somebody was first. Carries the request as it now stands."""

    def __init__(self, join_request):
        self.join_request = join_request
        super().__init__(join_request.get_state_display())


class CriteriaNotMet(Exception):
    """Not all three elements of coworking are ticked."""


class NumberTaken(Exception):
    """Another organisation than the one to be made or extended has the organisation number. Carries the other one."""

    def __init__(self, organisation):
        self.organisation = organisation
        super().__init__(organisation.name)
