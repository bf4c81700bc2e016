"""Our bytes against the standard library: it reads from them what it would have written itself."""

from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tidings.messaging.mime.headers import clean
from tidings.messaging.mime.message import Content, Copy, Sender, compile_message
from tidings.messaging.mime.quoted_printable import LINE_END

MAX_BODY_LINE = 76
MAX_HEADER_LINE = 998
HEADERS = [
    "date",
    "message-id",
    "from",
    "to",
    "subject",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "mime-version",
    "content-type",
]

LINE_ENDS = [
    ".\n.",
    "\n",
    "\r",
    "\r\n",
    "  \n",
    "\t\n",
    "=\n",
    "\u2028",
    "\r\n.\r\nMAIL FROM:<>",
    "\nBcc: a@b.c",
]
SIGNS = [
    ".",
    "..",
    " ",
    "=",
    "=20",
    "\x00",
    "\x7f",
    "--",
    "=_",
    "From x",
    "=?utf-8?q?x?=",
    "<&>\"'",
    "\\",
    '"',
    ",;:",
    "(c)",
]
SCRIPTS = ["🙂👩‍👩‍👧", "שלום\u200f עולם", "مرحبا", "\xa0", "é" * 40, "." + "é" * 40]
LENGTHS = [
    "a" * 73,
    "a" * 74,
    "a" * 75,
    "a" * 76,
    "a" * 73 + ".b",
    "a" * 72 + "é.",
    "." * 200,
    "=" * 200,
    " " * 200,
    "x " * 99,
]

nasty = st.sampled_from(LINE_ENDS + SIGNS + SCRIPTS + LENGTHS)
texts = st.lists(nasty | st.text(st.characters(exclude_categories=["Cs"])), max_size=6).map("".join)
static = texts.map(lambda text: text.replace("{", "("))
line = texts.filter(lambda text: len(text) < 400)


def rendered(*, subject="", name="", sender="", before="", value="", after=""):
    """A message whose bodies are before + value + after; in the text also in a condition and a loop."""
    source = before + "{{ contact.x }}" + after
    text = (
        source + "{% if contact.x %}" + after + "{% endif %}{% for i in [1, 2] %}{{ contact.x }}{% endfor %}"
    )
    message = compile_message(
        Content("{{ contact.subject }}", source, text),
        Sender(sender, "news@example.org"),
        group={},
        message={},
    )
    values = {"x": value, "subject": subject}
    links = {"one_click": "https://example.org/o/1"}
    copy = Copy(
        "a@example.com", name, values, {}, links, "<1@example.org>", "Mon, 23 Nov 2026 08:00:00 +0000"
    )
    # A lone CR at the end of a value is a line end of its own, also before an LF of the template.
    same = copy._replace(contact=values | {"x": "\n".join(LINE_END.split(value))})
    return message.render(copy), message.preview(same)


def standard(subtype, content):
    """What the standard library reads back from a body it wrote itself."""
    message = EmailMessage()
    message.set_content(content, subtype=subtype, cte="quoted-printable")
    return BytesParser(policy=policy.default).parsebytes(message.as_bytes(policy=policy.SMTP)).get_content()


def check_form(raw):
    """The rules of the wire."""
    assert raw.endswith(b"\r\n")
    assert raw.isascii()
    lines = raw[:-2].split(b"\r\n")
    assert not [line for line in lines if b"\r" in line or b"\n" in line or line.startswith(b".")]
    head = lines.index(b"")
    assert max(map(len, lines[:head])) <= MAX_HEADER_LINE
    assert max(map(len, lines[head:])) <= MAX_BODY_LINE
    assert not [line for line in lines[head:] if line.endswith((b" ", b"\t"))]


@settings(max_examples=150, deadline=None)
@given(before=static, value=texts, after=static)
@example(before="a" * 70, value=".", after=".")
@example(before="", value="", after="")
def test_bodies_are_those_of_the_standard_library(before, value, after):
    raw, preview = rendered(before=before, value=value, after=after)
    check_form(raw)
    text, html = BytesParser(policy=policy.default).parsebytes(raw).iter_parts()
    assert text.get_content() == standard("plain", preview.text)
    assert html.get_content() == standard("html", preview.html)


@settings(max_examples=150, deadline=None)
@given(subject=line, name=line, sender=line)
def test_headers_say_what_was_given_and_nothing_else(subject, name, sender):
    raw, _ = rendered(subject=subject, name=name, sender=sender)
    check_form(raw)
    message = BytesParser(policy=policy.compat32).parsebytes(raw)
    assert decoded(message["Subject"]) == clean(subject)
    assert display_name(message["To"]) == (clean(name), "a@example.com")
    assert display_name(message["From"]) == (clean(sender), "news@example.org")
    assert [name.lower() for name in message] == HEADERS


@settings(max_examples=150, deadline=None)
@given(subject=line)
def test_the_modern_parser_reads_the_same_subject(subject):
    raw, _ = rendered(subject=subject)
    assert BytesParser(policy=policy.default).parsebytes(raw)["Subject"] == clean(subject)


@settings(max_examples=150, deadline=None)
@given(subject=line, name=line, sender=line)
def test_lines_with_encoded_words_are_short(subject, name, sender):
    raw, _ = rendered(subject=subject, name=name, sender=sender)
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert max((len(line) for line in head if b"=?utf-8?" in line), default=0) <= MAX_BODY_LINE


def unfolded(header):
    return header.replace("\r\n", "").replace("\n", "")


def decoded(header):
    return str(make_header(decode_header(unfolded(header))))


def display_name(header):
    """Name and address; a quoted name is as it stands, another is in encoded words."""
    name, address = parseaddr(unfolded(header))
    return (name if unfolded(header).startswith('"') else decoded(name)), address
