import pytest

from tidings.channels.mailbox.models import CaughtMessage
from tidings.kernel import clock
from tidings.web.caught import read_mail


def test_the_list_finds_mail_by_the_beginning_of_the_recipient(world, operator):
    assert "Black Friday preview" in operator.get("/mailbox/?q=ANNA").content.decode()
    assert "Black Friday preview" not in operator.get("/mailbox/?q=zoe").content.decode()


def test_the_list_says_how_many_it_keeps(world, operator, settings):
    assert (
        f"newest {settings.ENVIRONMENT.mailbox_keeps:,} are kept"
        in operator.get("/mailbox/").content.decode()
    )


def test_a_mail_is_shown_in_a_frame_that_can_run_nothing(world, operator):
    html = operator.get(f"/mailbox/{world.mail.pk}/").content.decode()
    assert 'sandbox srcdoc="&lt;p&gt;Hello in' in html
    assert "<script>alert(1)" not in html
    assert "Hello in text" in html


def test_the_source_is_the_mail_as_it_came(world, operator):
    response = operator.get(f"/mailbox/{world.mail.pk}/source.eml")
    assert response.content == bytes(world.mail.data)
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_a_mail_that_is_gone_is_told(world, operator):
    response = operator.get("/mailbox/999999/")
    assert response.status_code == 404
    assert "keeps the newest only" in response.content.decode()


def test_everything_can_be_deleted(world, operator):
    operator.post("/mailbox/empty/")
    assert not CaughtMessage.objects.exists()


def test_looking_deletes_nothing(world, operator):
    assert operator.get("/mailbox/empty/").status_code == 405


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no header at all",
        b"Subject: =?bad?q?x?=\r\nFrom: <<<>\r\nTo: @@\r\nDate: never\r\n\r\nbody",
        b'Content-Type: text/plain; charset="no-such-set"\r\n\r\n\xff\xfe',
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>cut off",
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nbody",
        b"Content-Transfer-Encoding: base64\r\nMessage-ID: <[\r\n\r\n!!!",
    ],
)
def test_broken_mail_is_shown_as_far_as_it_goes(world, operator, data):
    mail = CaughtMessage.objects.create(
        received_at=clock.now(), sender="", recipient="a@example.net", size=len(data), data=data
    )
    assert operator.get(f"/mailbox/{mail.pk}/").status_code == 200


def test_attachments_are_named_and_not_shown():
    data = b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=price.pdf\r\n\r\nx"
    mail = read_mail(data)
    assert mail.attachments == ["price.pdf (application/pdf)"]
    assert (mail.html, mail.text) == ("", "")
