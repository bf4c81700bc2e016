import pytest

from tidings.channels.email.refusals import is_general


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (550, "no such user"),
        (550, "5.1.1 no such user"),
        (552, "5.2.2 mailbox full"),
        (450, "4.2.0 greylisted"),
        (451, "4.7.1 greylisted, come back later"),
        (451, "later"),
        (450, "4.4.1 the host doesn't answer"),
        (421, "too many for this domain"),
    ],
)
def test_unknown_people_full_mailboxes_and_greylisting_are_about_the_recipient(code, text):
    assert not is_general("RCPT", code, text)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (554, "5.7.1 relay access denied"),
        (554, "relay access denied"),
        (530, "authentication required"),
        (550, "5.1.8 the sender's domain doesn't exist"),
        (452, "4.3.1 the disk is full"),
    ],
)
def test_a_relay_that_takes_nothing_from_us_says_so_to_any_recipient(code, text):
    assert is_general("RCPT", code, text)


@pytest.mark.parametrize("text", ["5.7.1 this is spam", "no", "5.6.0 bad content"])
@pytest.mark.parametrize("command", ["MAIL", "DATA"])
def test_a_refused_sender_or_content_is_refused_for_everybody(command, text):
    assert is_general(command, 554, text)


@pytest.mark.parametrize("text", ["5.1.1 no such user", "unknown"])
def test_a_refusal_of_the_content_may_still_be_about_the_recipient(text):
    assert not is_general("DATA", 550, text)
