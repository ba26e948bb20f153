from django import forms

from .look_ups import CHOOSE, FIND


class AddressWidget(forms.TextInput):
    template_name = "spaces/widgets/address.html"
    can_search, answer = False, None  # set by the page that answers the buttons

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"can_search": self.can_search, "answer": self.answer, "find": FIND, "choose": CHOOSE}
        return context
