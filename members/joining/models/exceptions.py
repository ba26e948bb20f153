class TooLate(Exception):
    """The step is not open any more: somebody was first. Carries the request as it is now."""

    def __init__(self, join_request):
        self.join_request = join_request
        super().__init__(join_request.get_state_display())


class CriteriaNotMet(Exception):
    """Not all three elements of coworking are ticked."""
