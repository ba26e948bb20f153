"""Street tiles and a service that has them, as tests/conftest.py starts it."""

from tests.pictures import encoded, picture

TILE = encoded(picture(256, 256), "PNG")


def oslo(number=0):
    return f"/kart/12/{2170 + number}/1190.png"


OSLO = oslo()


def asked(service):
    """The row and column of each tile that it was asked for."""
    return [request.query_string.decode() for request, _response in service.log]
