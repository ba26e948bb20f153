"""What the tests of pages read in them."""

import re


def page_of(client, address):
    """The page with its white space folded, as a browser reads it."""
    response = client.get(address)
    assert response.status_code == 200
    return re.sub(r"[ \n]+", " ", response.content.decode())


def names(page):
    return re.findall(r'<h3><a href="[^"]+">([^<]+)</a>', page)


def words(page):
    """The text that is read, on one line."""
    return " ".join(re.sub("<[^>]+>", " ", page).split())
