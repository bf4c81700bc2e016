"""What a copy holds, and what is refused when a message is compiled or copied."""

from email import policy
from email.parser import BytesParser

import pytest

from tidings.messaging.mime.message import Content, Copy, Sender, compile_message, find_names
from tidings.messaging.personalization.errors import RenderError, TemplateError
from tidings.messaging.personalization.names import KnownNames, Name

SENDER = Sender("The Shop", "news@example.org", "reply@example.org")


def copy(contact=None, *, address="anna@example.com", name="Anna Lee", message_id="<1@example.org>", **facts):
    links = {"one_click": "https://example.org/o/1"} | facts.get("links", {})
    date = facts.get("date", "Mon, 23 Nov 2026 08:00:00 +0000")
    return Copy(address, name, contact or {}, facts.get("member", {}), links, message_id, date)


def compiled(subject="News", html=None, text="Hello\n", *, sender=SENDER, preheader="", **options):
    options = {"group": {}, "message": {}} | options
    return compile_message(Content(subject, html, text, preheader), sender, **options)


def parsed(raw):
    return BytesParser(policy=policy.default).parsebytes(raw)


def content(part):
    return part.get_content().replace("\r\n", "\n")


def test_a_simple_message_is_exactly_these_lines():
    raw = compiled("Hi {{ contact.first_name }}", text="Dear {{ contact.first_name }},\n.dot\n").render(
        copy({"first_name": "Zoë"})
    )
    assert raw.decode().split("\r\n") == [
        "Date: Mon, 23 Nov 2026 08:00:00 +0000",
        "Message-ID: <1@example.org>",
        'From: "The Shop" <news@example.org>',
        'To: "Anna Lee" <anna@example.com>',
        "Subject: =?utf-8?B?SGkgWm/Dqw==?=",
        "List-Unsubscribe: <https://example.org/o/1>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Reply-To: reply@example.org",
        "MIME-Version: 1.0",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "Dear=20=",
        "Zo=C3=AB=",
        ",",
        "=2Edot",
        "",
    ]


def test_html_and_text_are_alternatives_text_first():
    message = parsed(
        compiled(html="<p>{{ contact.x }}</p>", text="{{ contact.x }}").render(copy({"x": "a & b"}))
    )
    assert message.get_content_type() == "multipart/alternative"
    bodies = [(part.get_content_type(), content(part)) for part in message.iter_parts()]
    assert bodies == [("text/plain", "a & b\n"), ("text/html", "<p>a &amp; b</p>\n")]


def test_html_alone_is_one_part():
    message = parsed(compiled(html="<p>x</p>", text=None).render(copy()))
    assert (message.get_content_type(), content(message)) == ("text/html", "<p>x</p>\n")


def test_a_message_without_a_body_is_refused():
    with pytest.raises(TemplateError, match="neither HTML nor text"):
        compiled(text=None)


def test_the_preheader_is_hidden_text_at_the_start_of_the_body():
    html = '<html><body class="x">Hello</body></html>'
    source = "5 < 6 & {{ contact.x }}{{ group.y }}"
    raw = compiled(html=html, text=None, preheader=source, group={"y": "<y>"}).render(copy({"x": "<x>"}))
    shown = content(parsed(raw))
    assert shown.startswith('<html><body class="x"><div style="display:none;')
    assert '">5 &lt; 6 &amp; &lt;x&gt;&lt;y&gt;</div>Hello</body>' in shown


def test_without_a_body_tag_the_preheader_comes_first():
    shown = content(parsed(compiled(html="Hello", text=None, preheader="Psst").render(copy())))
    assert shown.startswith("<div ")
    assert shown.endswith("Psst</div>Hello\n")


def test_the_subject_has_its_prefix_and_stays_on_one_line():
    message = compiled("{{ contact.x }}", subject_prefix="[News] ")
    raw = message.render(copy({"x": "a\r\nBcc: evil@example.org\u2028b\x00"}))
    assert parsed(raw)["Subject"] == "[News] a  Bcc: evil@example.org b"
    assert "bcc" not in parsed(raw)


def test_a_subject_over_the_limit_fails_for_this_contact():
    with pytest.raises(RenderError, match=r"The subject .* 998 are allowed"):
        compiled("{{ contact.x }}").render(copy({"x": "a" * 999}))


def test_names_can_not_begin_a_header():
    sender = Sender("Shop\r\nBcc: a@b.c", "news@example.org")
    raw = compiled(sender=sender).render(copy(name="Anna\nX-Evil: 1\r\n\r\nbody"))
    message = parsed(raw)
    assert message["From"].addresses[0].display_name == "Shop  Bcc: a@b.c"
    assert message["To"].addresses[0].display_name == "Anna X-Evil: 1    body"
    assert set(message) >= {"From", "To"}
    assert not {"Bcc", "X-Evil"} & set(message)


BAD_ADDRESSES = [
    "",
    "a",
    "a@",
    "@b",
    "a b@c.de",
    "a@b\r\nBcc: x@y.z",
    "a@b>",
    "a@b,c@d",
    "<a@b.c>",
    "a" * 250 + "@b.de",
]


@pytest.mark.parametrize("address", [*BAD_ADDRESSES, "ü\n@b.de", "ü@-", 'ü"@b.de'])
def test_a_bad_address_fails_for_this_contact(address):
    with pytest.raises(RenderError, match="The recipient can't be made"):
        compiled().render(copy(address=address))


@pytest.mark.parametrize("address", [address for address in BAD_ADDRESSES if address])
@pytest.mark.parametrize("field", ["address", "reply_to"])
def test_a_bad_address_of_the_sender_is_refused(field, address):
    with pytest.raises(TemplateError, match="In the sender"):
        compiled(sender=Sender(**{"name": "Shop", "address": "a@b.de", field: address}))


def test_an_international_address_keeps_its_local_part_and_has_an_ascii_domain():
    raw = compiled().render(copy(address="jürgen@bücher.example", name=""))
    assert "To: jürgen@xn--bcher-kva.example\r\n".encode() in raw


@pytest.mark.parametrize(
    "facts", [{"message_id": "1@x"}, {"message_id": "<a\r\nb>"}, {"date": "x\r\nBcc: y"}]
)
def test_facts_that_would_break_the_header_fail(facts):
    with pytest.raises(RenderError, match="can't stand in a header"):
        compiled().render(copy(**facts))


@pytest.mark.parametrize("url", [None, "", "https://x/ y", "https://x/>\r\nBcc: a", "https://ü/", "x" * 901])
def test_an_unsubscribe_link_that_would_break_the_header_fails(url):
    with pytest.raises(RenderError, match="can't stand as a link"):
        compiled().render(copy(links={"one_click": url}))


def test_without_list_unsubscribe_no_link_is_needed():
    raw = compiled(list_unsubscribe=False).render(copy(links={"one_click": None}))
    assert "List-Unsubscribe" not in parsed(raw)


def test_further_headers_are_added_cleaned():
    message = parsed(
        compiled(headers=[("X-Campaign", "Sömmer\r\nsale"), ("Precedence", "bulk")]).render(copy())
    )
    assert (message["X-Campaign"], message["Precedence"]) == ("Sömmer  sale", "bulk")


@pytest.mark.parametrize(
    "name", ["Bcc", "subject", "Content-Type", "List-Unsubscribe", "X Y", "X:", "", "X\r\nY", "Ü"]
)
def test_further_headers_that_are_ours_or_none_are_refused(name):
    with pytest.raises(TemplateError, match="In the headers"):
        compiled(headers=[(name, "x")])


@pytest.mark.parametrize("part", ["subject", "html", "text", "preheader"])
def test_errors_name_the_part_and_line(part):
    sources = {"subject": "s", "html": "h", "text": "t", "preheader": "p"} | {part: "\n{{ contact.x() }}"}
    with pytest.raises(TemplateError, match=f"In the {part}, line 2: a call"):
        compiled(**sources)


@pytest.mark.parametrize("part", ["subject", "html", "text"])
def test_half_a_character_fails_for_this_contact(part):
    message = compiled(**({"subject": "s", "html": "h", "text": "t"} | {part: "{{ contact.x }}"}))
    with pytest.raises(RenderError, match="half a character"):
        message.render(copy({"x": "\ud800"}))


@pytest.mark.parametrize(
    "half",
    [{"text": "\ud800"}, {"headers": [("X-A", "\ud800")]}, {"sender": Sender("\ud800", "a@b.de")}],
)
def test_half_a_character_in_the_message_is_refused(half):
    with pytest.raises(TemplateError, match="half a character"):
        compiled(**half)


def test_half_a_character_in_a_name_fails_for_this_contact():
    with pytest.raises(RenderError, match="half a character"):
        compiled().render(copy(name="\ud800"))


def test_the_preview_is_the_text_of_the_copy():
    message = compiled(
        "Hi {{ contact.x }}", "<b>{{ contact.x }}</b>", "{{ contact.x }}", subject_prefix="[N] "
    )
    preview = message.preview(copy({"x": "a&b"}))
    assert (preview.subject, preview.html, preview.text) == ("[N] Hi a&b", "<b>a&amp;b</b>\n", "a&b\n")


def test_unknown_names_are_refused():
    with pytest.raises(TemplateError, match='In the subject, line 1: contact has no "x"'):
        compiled("{{ contact.x }}", known=KnownNames(contact=["name"]))


def test_the_names_in_use_are_those_of_all_parts():
    content = Content("{{ contact.a }}", "{{ member.b }}", "{{ group.c }}", "{{ links.d }}")
    assert find_names(content) == {
        Name("contact", "a"),
        Name("member", "b"),
        Name("group", "c"),
        Name("links", "d"),
    }


def test_values_of_the_group_and_message_are_the_same_in_all_copies():
    message = compiled(
        text="{{ group.price }} {{ message.subject }}", group={"Price": 5}, message={"Subject": "S"}
    )
    assert content(parsed(message.render(copy()))) == "5 S\n"
