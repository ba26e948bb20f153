"""The style sheets of the landing page and a space's stand in it, and its policy allows those and no others."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from tests.factories import SpaceFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("path", "component"), [("/", ".finder"), ("/steder/huset/", ".space-head")])
def test_policy_allows_just_the_styles_of_the_page(client, path, component):
    SpaceFactory(slug="huset", address="Gata 1")
    response = client.get(path)
    (style,) = re.findall("<style>(.+?)</style>", response.content.decode(), re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}'" in response["Content-Security-Policy"]
    assert component in style
    assert 'url("/static/core/' in style
    assert "/*" not in style
    assert "style-src 'self';" in f"{client.get('/om/')['Content-Security-Policy']};"


def test_largest_script_of_the_landing_page_is_told_of_before_the_page(client):
    response = client.get("/")
    (script,) = re.findall(r"<(\S+)>; rel=preload; as=script", response["Link"])
    assert f'<script src="{script}" defer>' in response.content.decode()
