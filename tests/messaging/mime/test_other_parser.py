"""Our bytes read by a parser that shares nothing with the standard library: mailparse, written in Rust."""

from fast_mail_parser import parse_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.messaging.mime.test_attachments import names, with_files
from tests.messaging.mime.test_standard_library import line, rendered, static, texts
from tidings.messaging.mime.attachments import Attachment
from tidings.messaging.mime.headers import clean
from tidings.messaging.mime.quoted_printable import LINE_END

LONG_NAME = "Dr. Zoë-Antonia Freifrau von und zu Hohenlohe-Schillingsfürst 🙂 " * 4

# It ends a quoted name at `;`, keeps the backslash before `"`, and decodes what RFC 2047 lets stand there as it is.
plain_names = names.filter(lambda name: not set(name) & set(';"\\') and "=?" not in name)


def body(text: str) -> str:
    """A text with the line ends of the wire."""
    return "\r\n".join(LINE_END.split(text))


@settings(max_examples=100, deadline=None)
@given(before=static, value=texts, after=static)
@example(before="a" * 70, value=".", after=".")
@example(before="", value="שלום עולם 🙂", after="\n.\n")
def test_it_reads_the_bodies_that_were_written(before, value, after):
    raw, preview = rendered(before=before, value=value, after=after)
    mail = parse_email(raw)
    assert mail.text_plain == [body(preview.text)]
    assert mail.text_html == [body(preview.html)]
    assert mail.attachments == []
    assert mail.warnings == []


@settings(max_examples=100, deadline=None)
@given(subject=line)
@example(subject="Große Auswahl, jetzt neu in Łódź 🙂 " * 10)
@example(subject="Re: =?utf-8?Q?x?= and more")
def test_it_reads_the_subject_that_was_written(subject):
    raw, _ = rendered(subject=subject)
    assert parse_email(raw).subject == clean(subject)


@settings(max_examples=100, deadline=None)
@given(name=st.text(st.characters(categories=["L", "N", "Zs"]), max_size=200), sender=line)
@example(name=LONG_NAME, sender=LONG_NAME)
@example(name='Anna "the boss" Ångström, Ltd.', sender="a@b.c <x@y.z>")
def test_it_reads_the_people_and_nobody_else(name, sender):
    mail = parse_email(rendered(name=name, sender=sender)[0])
    assert [one.address for one in mail.to] == ["a@example.com"]
    assert mail.from_.address == "news@example.org"
    assert (mail.to[0].display_name or "").strip() == clean(name).strip()
    assert mail.cc == mail.bcc == []


@settings(max_examples=50, deadline=None)
@given(given_files=st.lists(st.tuples(plain_names, st.binary(max_size=300), line), min_size=1, max_size=3))
@example(given_files=[("Geschäftsbedingungen 🙂.pdf", b"\r\n.\r\n--=_", 'Unser Löwe, "groß"')])
@example(given_files=[("a=b, (c) d.pdf", b"", "a" * 900), ("n" * 150, b"\x00", "")])
def test_it_reads_the_files_that_were_attached(given_files):
    mail = parse_email(
        with_files([Attachment(name, "application/pdf", *rest) for name, *rest in given_files])
    )
    found = [(one.filename, one.content, one.mimetype) for one in mail.attachments]
    assert found == [(name, data, "application/pdf") for name, data, _ in given_files]
    assert (mail.text_plain, mail.text_html, mail.warnings) == (["Hello\r\n"], ["<p>x\r\n"], [])
