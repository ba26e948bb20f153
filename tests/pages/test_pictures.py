"""Pictures in the texts: drawn anew, put where they are awaited, described."""

import re
from html import unescape

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from core.bin.models import Deletion
from pages.models import News
from pages.pictures import store
from tests.factories import AgreementFactory, NewsFactory, PageFactory
from tests.html_forms import fields_of
from tests.pictures import encoded, picture
from tests.spaces.test_delete_orphaned_files import delete_orphans

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(coordinator_client):
    item = NewsFactory(title_en="News", text_en="In English")
    address = f"/admin/pages/news/{item.pk}/change/"

    def send(content=None, **values):
        files = {"picture": SimpleUploadedFile("bilde.jpg", content)} if content else {}
        fields = fields_of(coordinator_client.get(address), "news_form")
        answer = coordinator_client.post(address, fields | values | files)
        item.refresh_from_db()
        return item, answer

    return send


def test_picture_stands_where_the_text_awaits_it_or_at_its_end(send, media):
    texts = {"text_nb": "Før\n\n{bilde}\n\nEtter", "picture_alt_nb": "Vi [alle] på “Hamar”", "_publish": "yes"}
    item, answer = send(encoded(picture(2000, 1000)), **texts)
    assert answer.status_code == 302
    before, written, after = item.text_nb.split("\n\n")
    name = re.fullmatch(r"!\[Vi \(alle\) på “Hamar”\]\(/media/(pages/[0-9a-f]{32}-1600x800\.webp)\)", written)[1]
    assert (before, after, item.text_en) == ("Før", "Etter", f"In English\n\n{written}")
    with Image.open(media / name) as stored:
        assert (stored.size, stored.format, dict(stored.getexif())) == ((1600, 800), "WEBP", {})
    page = unescape(Client().get(item.get_absolute_url()).content.decode())
    assert f'<img src="/media/{name}" alt="Vi (alle) på “Hamar”" loading="lazy" width="1600" height="800"' in page


def test_picture_that_cannot_be_used_is_refused_by_its_field_and_no_text_is_lost(send, media):
    good, awaited = encoded(picture(640, 480)), {"text_nb": "Ny tekst {bilde}"}
    for content, values, field in [
        (b"<script>alert(1)</script>", awaited | {"picture_alt_nb": "Et hus"}, "picture"),
        (encoded(picture(200, 200)), awaited | {"picture_alt_nb": "Et hus"}, "picture"),
        (good, awaited, "picture_alt_nb"),
        (None, awaited, "picture"),
    ]:
        item, answer = send(content, **values)
        assert f'id="id_{field}_error"' in answer.content.decode(), field
        assert "Ny tekst {bilde}" in answer.content.decode()
        assert "Ny tekst" not in item.text_nb
    assert not media.exists()


def test_sweep_keeps_pictures_that_are_named_or_can_be_brought_back(media):
    """The night after: of texts, drafts, earlier versions and the bin; not of what is erased, or was never saved."""

    def stored(name):
        return f"![Vi]({store(ContentFile(b'webp', f'{name}-640x480.webp'))})"

    def names():
        return {path.name.split("-")[0] for path in (media / "pages").iterdir()}

    for make, name in ((PageFactory, "page"), (NewsFactory, "news"), (AgreementFactory, "agreement")):
        make(text_nb=stored(name), title_en="In English", text_en=stored(f"{name}En"))
    PageFactory(draft={"text_nb": stored("draft")})
    changed = NewsFactory(text_nb=stored("earlier"), draft={"text_en": stored("discarded")})
    changed.text_nb, changed.draft = "Uten", {}
    changed.save()
    binned, erased = NewsFactory(text_nb=stored("binned")), NewsFactory(text_nb=stored("erased"))
    Deletion.objects.put(binned, by=None)
    Deletion.objects.put(erased, by=None).erase()
    News.objects.filter(pk=changed.pk).update(text_en=stored("unrecorded"), title_en="Past the history")
    stored("unsaved")
    before = names()
    delete_orphans(days=0.9)
    assert names() == before
    delete_orphans()
    assert before - names() == {"erased", "unsaved"}
    Deletion.objects.get().restore(by=None)
    delete_orphans()
    assert "binned" in names()
