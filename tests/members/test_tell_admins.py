from django.core.management import call_command


def test_administrators_are_told_by_mail(mailoutbox, settings):
    settings.ADMINS = [("Drift", "drift@example.org")]
    call_command("tell_admins", "coworking-backup.service failed.")
    (mail,) = mailoutbox
    assert mail.to == ["drift@example.org"]
    assert "coworking-backup.service failed." in mail.subject
    assert "coworking-backup.service failed." in mail.body


def test_nobody_is_told_where_nobody_is_named(mailoutbox, settings):
    settings.ADMINS = []
    call_command("tell_admins", "coworking-backup.service failed.")
    assert not mailoutbox
