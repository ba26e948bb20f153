from django.conf import settings


class SafeHeaders:
    """What every answer says, files and refusals included: whatever makes it, and however it ends.

    Nobody else's page may take our answers in, and no machine keeps what one who is logged in was shown.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
