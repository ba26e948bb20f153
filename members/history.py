from core.changes import ChangesInWords


class OrganisationChanges(ChangesInWords):
    together = [("status", "member_since", "left_on")]
