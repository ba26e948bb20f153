from django.core.management import call_command


def test_administrators_get_a_mail(mailoutbox, settings):
    settings.ADMINS = [("Drift", "drift@example.org")]
    call_command("notify_admins", "coworking-backup.service failed.")
    (mail,) = mailoutbox
    assert mail.to == ["drift@example.org"]
    assert "coworking-backup.service failed." in mail.subject
    assert "coworking-backup.service failed." in mail.body


def test_nobody_gets_a_mail_without_administrators(mailoutbox, settings):
    settings.ADMINS = []
    call_command("notify_admins", "coworking-backup.service failed.")
    assert not mailoutbox
