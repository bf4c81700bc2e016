from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.parser import BytesParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.messaging.mime.attachments import Attachment
from tidings.messaging.mime.headers import clean
from tidings.messaging.mime.message import Content, Copy, Sender, compile_message

COPY = Copy("anna@example.com", "", {}, {}, {}, "<1@example.org>", "Tue, 24 Nov 2026 09:00:00 +0000")
names = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=150)


def with_files(attachments, **content):
    """The bytes of a mail that brings them along."""
    message = compile_message(
        Content("Hi", **(content or {"text": "Hello", "html": "<p>x"})),
        Sender("", "news@example.org"),
        group={},
        message={},
        list_unsubscribe=False,
        attachments=attachments,
    )
    return message.render(COPY)


def read(attachments, **content):
    wire = with_files(attachments, **content)
    assert b"\r\n." not in wire
    return BytesParser(policy=policy.default).parsebytes(wire), wire


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        ({"text": "a"}, ["text/plain"]),
        ({"html": "<p>a"}, ["text/html"]),
        ({"text": "a", "html": "<p>a"}, ["multipart/alternative", "text/plain", "text/html"]),
    ],
)
def test_files_stand_beside_the_bodies(content, kinds):
    mail, _ = read([Attachment("a.pdf", "application/pdf", b"%PDF")], **content)
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/mixed", *kinds, "application/pdf"]
    assert not mail.defects


@given(st.lists(st.tuples(names, st.binary(max_size=300)), min_size=1, max_size=3))
def test_the_standard_library_reads_the_same_names_and_bytes(given_files):
    mail, wire = read([Attachment(name, "application/pdf", data) for name, data in given_files])
    assert [(part.get_filename(), part.get_content()) for part in mail.iter_attachments()] == given_files
    assert mail.get_body(["plain"]).get_content() == "Hello\r\n"
    assert max(map(len, wire.split(b"\r\n"))) <= 998
    assert b"\n" not in wire.replace(b"\r\n", b"")


@pytest.mark.parametrize("words", ["Our shop", "Löwe 🙂 " * 40, "two\nBcc: lines"])
def test_what_a_picture_shows_travels_with_it(words):
    mail, wire = read([Attachment("a.png", "image/png", b"", words)])
    assert mail["Bcc"] is None
    _, part = message_from_bytes(wire).get_payload()
    assert str(make_header(decode_header(part["Content-Description"]))) == clean(words)
    assert part["Bcc"] is None


def test_a_message_without_files_is_as_it_was():
    _, wire = read([], text="a", html="<p>a")
    assert b"multipart/mixed" not in wire


def test_the_weight_of_a_message_counts_its_files():
    def weight(*attachments):
        parts = {"group": {}, "message": {}, "list_unsubscribe": False}
        made = compile_message(
            Content("Hi", text="a"), Sender("", "news@example.org"), **parts, attachments=attachments
        )
        return made.weight

    assert weight(Attachment("a.pdf", "application/pdf", bytes(3_000_000))) - weight() > 4_000_000
