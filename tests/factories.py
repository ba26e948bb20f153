from uuid import uuid4

import factory
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from accounts.coordinators import GROUP
from accounts.models import Invitation
from members.joining.models import JoinRequest
from members.joining.models.join_request import new_nonce
from members.models import Organisation
from pages.models import Agreement, News, Page
from spaces.models import Amenity, Photo, Space


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    class Params:
        prospect = factory.Trait(status="prospect")
        former = factory.Trait(status="former", left_on="2024-01-31")

    name = factory.Sequence("Organisation {:06}".format)
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
    name = factory.Sequence("Space {:06}".format)
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
    name_nb = factory.Sequence("Gode {:06}".format)
    name_en = factory.Sequence("Amenity {:06}".format)


class PhotoFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Photo

    space = factory.SubFactory(SpaceFactory)
    key = factory.Sequence("{:032x}".format)
    width = 960
    height = 640
    alt_nb = "Et rom"


class PageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Page

    slug = factory.Sequence("page-{}".format)
    title_nb = factory.Sequence("Side {}".format)
    text_nb = "Et avsnitt om det som folk i husene vil vite mer om."
    state = "published"


class NewsFactory(PageFactory):
    class Meta:
        model = News

    slug = factory.Sequence("news-{}".format)
    title_nb = factory.Sequence("Nyhet {}".format)
    date = "2026-03-02"


class AgreementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Agreement

    title_nb = "Dette lover vi hverandre"
    text_nb = "- Vi deler mer enn kaffen, og sier fra når noe er galt."
    state = "published"
    date = "2026-03-02"


class CoordinatorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence("coordinator-{}".format)
    is_staff = True

    @factory.post_generation
    def in_group(self, create, extracted, **_):
        self.groups.add(Group.objects.get(name=GROUP))


class InvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Invitation

    name = "Ola Prøve"
    email = factory.Sequence("invited-{}@example.org".format)


class JoinRequestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = JoinRequest

    class Params:
        meets_all = factory.LazyAttribute(lambda request: request.state == "approved")

    name = factory.Sequence("Applicant {:06}".format)
    submission = factory.LazyFunction(uuid4)
    confirm_nonce = factory.LazyAttribute(lambda request: new_nonce() if request.state == "unconfirmed" else "")
    state = "unconfirmed"
    place = "Et hus"
    community = "Et fellesskap"
    facilitation = "En vert"
    contact_name = "Test Testesen"
    contact_email = factory.Sequence("applicant-{}@example.org".format)
    has_place = has_community = has_facilitation = factory.SelfAttribute("meets_all")
