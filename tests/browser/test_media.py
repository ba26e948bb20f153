from spaces.models import Photo
from tests.factories import SpaceFactory
from tests.pictures import cleaned, encoded, picture


def test_photo_is_shown_though_nothing_may_act_in_it(site, media):
    photo = Photo(space=SpaceFactory(slug="huset"), alt_nb="Et rom")
    photo.set_image(cleaned(encoded(picture())))
    photo.save()
    site.goto("/steder/huset/")
    shown = site.get_by_alt_text("Et rom").first
    shown.evaluate("image => image.decode()")  # fails unless it loads
    with site.expect_download() as download:  # opened by itself it is saved
        shown.evaluate("image => { location = image.currentSrc; }")
    assert "/media/photos/" in download.value.url
