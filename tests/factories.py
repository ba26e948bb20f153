from uuid import uuid4

import factory
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from members.coordinators import GROUP
from members.models import JoinRequest, Organisation
from members.models.join_request import new_nonce
from spaces.models import Amenity, Photo, Space


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    class Params:
        prospect = factory.Trait(status="prospect")
        former = factory.Trait(status="former", left_on="2024-01-31")

    name = factory.Sequence("Organisation {}".format)
    slug = factory.Sequence("organisation-{}".format)
    status = "member"


class SpaceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Space

    class Params:
        coming = factory.Trait(status="coming")
        closed = factory.Trait(status="closed")
        hidden_away = factory.Trait(hidden=True)

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence("Space {}".format)
    slug = factory.Sequence("space-{}".format)
    status = "open"
    town = "Oslo"
    county = "03"
    latitude = 59.91273
    longitude = 10.74609


class AmenityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Amenity

    slug = factory.Sequence("amenity-{}".format)
    name_nb = factory.Sequence("Gode {}".format)
    name_en = factory.Sequence("Amenity {}".format)


class PhotoFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Photo

    space = factory.SubFactory(SpaceFactory)
    key = factory.Sequence("{:032x}".format)
    width = 960
    height = 640
    alt_nb = "Et rom"


class CoordinatorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence("coordinator-{}".format)
    is_staff = True

    @factory.post_generation
    def in_group(self, create, extracted, **_):
        self.groups.add(Group.objects.get(name=GROUP))


class JoinRequestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = JoinRequest

    class Params:
        meets_all = factory.LazyAttribute(lambda request: request.state == "approved")

    name = factory.Sequence("Applicant {}".format)
    submission = factory.LazyFunction(uuid4)
    confirm_nonce = factory.LazyAttribute(lambda request: new_nonce() if request.state == "unconfirmed" else "")
    state = "unconfirmed"
    place = "Et hus"
    community = "Et fellesskap"
    facilitation = "En vert"
    contact_name = "Test Testesen"
    contact_email = factory.Sequence("applicant-{}@example.org".format)
    has_place = has_community = has_facilitation = factory.SelfAttribute("meets_all")
