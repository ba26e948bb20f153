from .organisation import Contact, Organisation, OrganisationQuerySet, PublicContact, VerbQuerySet

__all__ = ["Contact", "Organisation", "OrganisationQuerySet", "PublicContact", "VerbQuerySet"]
