import re

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_first_coordinator_can_log_in_with_the_printed_password(client, capsys):
    call_command("first_coordinator")
    password = re.search(r"password +(\S+)", capsys.readouterr().out)[1]
    assert len(password) > 20
    answer = client.post(reverse("account_login"), {"login": "koordinator", "password": password}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("mfa_index")
    assert reverse("mfa_activate_totp") in answer.content.decode()


def test_first_coordinator_is_no_superuser():
    call_command("first_coordinator", verbosity=0)
    assert not get_user_model().objects.get().is_superuser


def test_first_coordinator_is_made_once(capsys):
    call_command("first_coordinator")
    capsys.readouterr()
    call_command("first_coordinator")
    assert capsys.readouterr().out == ""
    assert get_user_model().objects.count() == 1
