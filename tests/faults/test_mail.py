"""Mail to a real server that fails, from senders that are killed, out of the tests' real database."""

import asyncio
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from post_office.models import STATUS, Email, Log

from mail import outbox

pytestmark = pytest.mark.django_db(transaction=True)


def put(count=1, to="kari@example.org"):
    """The Message-IDs of so many mails in the outbox."""
    return {outbox.put(mail(number, to)).message_id for number in range(count)}


def mail(number, to):
    message = EmailMultiAlternatives(
        f"Nr. {number}", "Hei på deg", to=[to], headers={"Auto-Submitted": "auto-generated"}
    )
    message.attach_alternative("<p>Hei på deg</p>", "text/html")
    return message


def an_hour_passes():
    Email.objects.update(scheduled_time=F("scheduled_time") - timedelta(hours=1))


def with_status(status):
    return set(Email.objects.filter(status=status).values_list("message_id", flat=True))


def told(process):
    """What a sender printed, once it has ended well."""
    output = process.communicate(timeout=60)[0].decode()
    assert process.returncode == 0, output
    return output


def test_mail_is_delivered_once(server):
    server.start()
    ids = put()
    for _ in range(2):
        call_command("send_mail")
    (mail,) = server.taken
    assert {mail["Message-ID"]} == ids == with_status(STATUS.sent)
    assert (mail["From"], mail["To"]) == ("Coworking Norge <noreply@localhost>", "kari@example.org")
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("Nr. 0", "auto-generated")
    assert [part.get_content().strip() for part in mail.iter_parts()] == ["Hei på deg", "<p>Hei på deg</p>"]


def test_server_down_for_a_while_loses_nothing(server, lost):
    ids = put(3)
    call_command("send_mail")
    assert with_status(STATUS.requeued) == ids
    assert "refused" in Log.objects.first().message
    server.start()
    call_command("send_mail")
    assert not server.taken
    an_hour_passes()
    call_command("send_mail")
    lost("Mail server down for a while", ids - with_status(STATUS.sent))
    assert server.copies() == dict.fromkeys(ids, 1)


def test_server_that_hangs_is_left_for_later(server, settings):
    settings.EMAIL_TIMEOUT = 0.2
    server.at_data = lambda _: asyncio.sleep(60)
    server.start()
    ids = put()
    call_command("send_mail")
    assert with_status(STATUS.requeued) == ids


def test_refused_mail_is_given_up_with_the_reason_and_can_be_sent_again(server, capfd, lost):
    server.refuses = True
    server.start()
    ids = put()
    for _ in range(2):
        call_command("send_mail")
        an_hour_passes()
    assert with_status(STATUS.failed) == ids
    message = Log.objects.get().message
    assert "550" in message
    assert "No such mailbox" in message
    assert capfd.readouterr() == ("0 sent, 0 to be tried again, 1 given up\n", "")
    server.refuses = False
    assert outbox.send_again(Email.objects.all()) == 1
    call_command("send_mail")
    lost("Mail refused, given up and sent again", ids - with_status(STATUS.sent))
    assert set(server.copies()) == ids


def test_send_again_leaves_alone_what_was_not_given_up(server):
    put()
    for status in (STATUS.sent, STATUS.queued, STATUS.requeued):
        Email.objects.update(status=status)
        assert outbox.send_again(Email.objects.all()) == 0
        assert Email.objects.get().status == status


def hang_up(server):
    """On mail number 7 of those taken."""

    async def at_data(connection):
        if server.taken[-1]["Subject"] == "Nr. 7":
            connection.transport.abort()

    server.at_data = at_data


@pytest.mark.parametrize(
    "poison",
    [
        lambda server, email: email.update(headers={"X-Test": "a\nb"}),
        lambda server, email: email.update(to="kari@"),
        lambda server, email: hang_up(server),
    ],
)
def test_poisoned_mail_stops_no_other(server, poison):
    server.start()
    ids = put(20)
    poisoned = Email.objects.filter(subject="Nr. 7")
    poison(server, poisoned)
    call_command("send_mail")
    assert with_status(STATUS.requeued) == {poisoned.get().message_id}
    assert with_status(STATUS.sent) == ids - with_status(STATUS.requeued)
    assert poisoned.get().logs.get().message


def test_killed_sender_loses_nothing_and_repeats_one_at_most(server, senders, lost):
    ids, kills = put(50), 20
    started = []

    async def kill(_):
        if len(server.taken) % 2 == 0 and len(started) <= kills:
            started[-1].kill()
            await asyncio.sleep(10)  # unless the sender is gone before it is answered

    server.at_data = kill
    server.start()
    for _ in range(kills):
        started.append(senders())
        assert started[-1].wait(60) == -signal.SIGKILL
    started.append(senders())
    told(started[-1])
    assert server.copies() == dict.fromkeys(ids, 1)
    an_hour_passes()
    told(senders())
    lost(f"kill -9 of the sender of mail, {kills} times", ids - with_status(STATUS.sent))
    assert sorted(server.copies().values()) == [1] * (len(ids) - kills) + [2] * kills


def test_two_senders_at_once_send_each_mail_once(server, senders, lost):
    ids = put(30)
    both = asyncio.Event()

    async def meet(_):
        if len(server.taken) == 2:
            both.set()
        await asyncio.wait_for(both.wait(), 14)

    server.at_data = meet
    server.start()
    counts = [int(re.match(r"\d+", told(sender))[0]) for sender in [senders(), senders()]]
    lost("Two senders of mail at once", ids - set(server.copies()))
    assert server.copies() == dict.fromkeys(ids, 1)
    assert sum(counts) == 30
    assert all(counts)


def test_claims_at_once_never_get_the_same_mail():
    put(100)

    def claim_all(_):
        try:
            return [email.pk for email in iter(outbox.claim, None)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        claimed = [pk for some in pool.map(claim_all, range(4)) for pk in some]
    assert len(claimed) == len(set(claimed)) == 100


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_loop_finishes_the_mail_in_hand_when_it_is_stopped(server, senders, number):
    put(2)

    async def stop(_):
        sender.send_signal(number)
        await asyncio.sleep(0.3)

    server.at_data = stop
    server.start()
    sender = senders("--loop", "60")
    assert told(sender) == "1 sent, 0 to be tried again, 0 given up\n"
    assert len(with_status(STATUS.sent)) == len(with_status(STATUS.queued)) == len(server.taken) == 1


def test_loop_sends_what_comes_later_and_stops_while_it_waits(server, senders):
    server.start()
    sender = senders("--loop", "0.1")
    for _ in range(2):
        put()
        assert sender.stdout.readline() == b"1 sent, 0 to be tried again, 0 given up\n"
    sender.terminate()
    assert told(sender) == ""


def test_loop_outlives_a_database_that_fails(server, senders, lost):
    server.start()
    sender = senders("--loop", "0.1")
    table = Email._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
        try:
            line = sender.stdout.readline()
        finally:
            cursor.execute(f"ALTER TABLE away RENAME TO {table}")
    assert re.fullmatch(rb"The database failed \(\w+Error\); another try in 0.1 seconds.\n", line)
    ids = put()
    wait_until(lambda: with_status(STATUS.sent))
    sender.terminate()
    told(sender)
    lost("Database fails under the sender of mail", ids - with_status(STATUS.sent))


@pytest.mark.parametrize(("answer", "sent"), [("250 OK", 2), ("550 5.1.1 No such mailbox", 1)])
def test_mail_that_is_erased_while_it_is_sent_leaves_nothing_and_stops_no_other(server, capsys, answer, sent):
    erased, other = put(), put()

    def erase():
        Email.objects.filter(message_id__in=erased).delete()
        connection.close()

    async def erase_the_first(_):
        if len(server.taken) > 1:
            return None
        await asyncio.to_thread(erase)
        return answer

    server.at_data = erase_the_first
    server.start()
    call_command("send_mail")
    assert capsys.readouterr().out == f"{sent} sent, 0 to be tried again, 0 given up\n"
    assert set(Email.objects.values_list("message_id", flat=True)) == with_status(STATUS.sent) == other
    assert not Log.objects.exists()


def wait_until(condition):
    for _ in range(200):
        if condition():
            return
        time.sleep(0.1)
    raise TimeoutError
