"""What a browser without script sends of a form of a page."""

from html.parser import HTMLParser


class Form(HTMLParser):
    """The fields of the form whose address ends with `form`, or whose id it is, with their values as they stand."""

    def __init__(self, page: str, form: str):
        super().__init__()
        self.fields, self._form, self._is_inside, self._select, self._textarea = {}, form, False, None, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self._is_inside = attributes.get("id") == self._form or attributes.get("action", "").endswith(self._form)
        name = attributes.get("name")
        if not self._is_inside or "disabled" in attributes:
            return
        kind = attributes.get("type")
        is_sent = kind not in ("submit", "file") and (kind not in ("checkbox", "radio") or "checked" in attributes)
        if tag == "input" and name and is_sent:
            self.fields.setdefault(name, []).append(attributes.get("value", "on" if "checked" in attributes else ""))
        if tag == "textarea":
            self._textarea, self.fields[name] = name, [""]
        if tag == "select":
            self._select = name
        if tag == "option" and self._select and "selected" in attributes:
            self.fields.setdefault(self._select, []).append(attributes.get("value", ""))

    def handle_data(self, data):
        if self._textarea:
            self.fields[self._textarea][0] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._is_inside = False
        if tag == "textarea" and self._textarea:
            self.fields[self._textarea][0] = self.fields[self._textarea][0].removeprefix("\n")  # as browsers do
            self._textarea = None
        if tag == "select":
            self._select = None


def fields_of(response, form: str) -> dict:
    """Return the fields by name, but for the CSRF token, each with its values, as a client's post() takes them."""
    fields = Form(response.content.decode(), form).fields
    fields.pop("csrfmiddlewaretoken", None)
    return fields
