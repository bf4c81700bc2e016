"""Whole e-mails against Jinja2's sandbox, which renders the same source as bare text: no MIME, links, escaping."""

import time
from collections.abc import Callable
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

from bench.pairs import Rates, Result, measure
from tidings.attributes.models import Attribute
from tidings.messaging.mime.message import Content
from tidings.sendouts.snapshot import Row, Snapshot, compile_content

COPIES = 100_000
PEOPLE = 1_000  # different ones, served in turns
GROUP_ID, SENDOUT_ID = 1, 1
SUBJECT = 'News for {{ contact.first_name | default("you") }}'
STATIC = """<p style="margin:0 0 12px;font:16px/1.5 Helvetica,Arial,sans-serif;color:#223">Winter is near in the north:
the new catalogue lies ready, with one hundred and twenty pages of tools, lamps &amp; good company for long evenings.
</p>
"""
PERSONAL = """<p>Dear {{ contact.first_name | default("friend") }} {{ contact.last_name }}, {% if contact.city %}
greetings to {{ contact.city }}{% endif %}: your {{ member.store | default("nearest") }} store is open
{{ group.hours }}.</p>
"""
# With the subject 13 placeholders: one, four of which one is the group's in each of two paragraphs, and three.
HTML = f"""<html lang="en"><body>{STATIC * 45}{PERSONAL}{STATIC * 40}{PERSONAL}
<p>{{{{ contact.email }}}}: <a href="{{{{ links.unsubscribe }}}}">unsubscribe</a></p></body></html>
"""
TEXT = "No more mails: {{ links.unsubscribe }}\n"
FROZEN: dict[str, Any] = {
    "sender_name": "News",
    "sender_address": "news@example.org",
    "reply_to": "",
    "subject_prefix": "",
    "group": {"hours": "Mon-Fri 9-18"},
}


def run(pairs: int, copies: int = COPIES) -> list[Result]:
    """One result: copies per second, in one thread."""
    Attribute.objects.get_or_create(key="store", scope=Attribute.Scope.MEMBER, defaults={"name": "store"})
    ours, reference, size = _ours(), _reference(), len(_ours()(0))
    results = measure(
        ["render: 20 kB"], _side(ours, copies), _side(reference, copies), pairs=pairs, unit="copies/s"
    )
    results[0].notes.update({"bytes of a copy": size, "bytes of the reference's": len(reference(0))})
    return results


def _side(make: Callable[[int], object], copies: int) -> Callable[[], Rates]:
    def side() -> Rates:
        started = time.process_time()
        for number in range(copies):
            make(number)
        return (copies / (time.process_time() - started),)

    return side


def _row(number: int) -> Row:
    values = {"first_name": f"Anna{number}", "last_name": "Nowak", "city": "Sevilla"}
    identities = {"email": f"anna{number}@example.com", "mobile": None, "external_id": None, "language": "en"}
    return identities | {"attributes": values, "member": {"store": "Madrid"}}


def _ours() -> Callable[[int], bytes]:
    message = compile_content(Content(SUBJECT, HTML, TEXT), FROZEN, about={"subject": SUBJECT})
    render = Snapshot(SENDOUT_ID, GROUP_ID, "news@example.org", message).renderer()
    rows = [_row(number) for number in range(PEOPLE)]
    return lambda number: render(number, rows[number % PEOPLE])


def _reference() -> Callable[[int], str]:
    template = ImmutableSandboxedEnvironment().from_string(SUBJECT + HTML + TEXT)
    links = {"unsubscribe": "https://example.org/u/" + "a" * 40}
    values = [
        {
            "contact": {**row["attributes"], "email": row["email"]},
            "member": row["member"],
            "group": FROZEN["group"],
            "links": links,
        }
        for row in map(_row, range(PEOPLE))
    ]
    return lambda number: template.render(values[number % PEOPLE])
