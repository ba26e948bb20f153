from functools import wraps


def public(view):
    """The page depends on its address and the data, and on nothing that the visitor carries.

    On the minute, too, where the view sets changes_each_minute on its response.
    """

    @wraps(view)
    def mark(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.is_public = True
        return response

    return mark
