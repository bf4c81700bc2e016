"""The frozen side of a sendout: what is the same for every recipient, compiled once per worker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from email.utils import format_datetime
from typing import Any, NamedTuple

from django.conf import settings

from tidings.attributes.models import Attribute
from tidings.attributes.queries import keys
from tidings.attributes.rules import OWN_COLUMNS
from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.groups.settings import CrashPolicy
from tidings.kernel import clock
from tidings.kernel.kept import Kept
from tidings.memberships.queries import member_values
from tidings.messaging import files
from tidings.messaging.links import LINK_NAMES, harmless_links, link_maker
from tidings.messaging.mime.attachments import Attachment
from tidings.messaging.mime.message import BODY_TAG, CompiledMessage, Content, Copy, Sender, compile_message
from tidings.messaging.models import Message, Version
from tidings.messaging.personalization.names import KnownNames
from tidings.messaging.queries import content_of
from tidings.sendouts.models import Portion, Sendout

AROUND_CONTENT = ("header_html", "header_text", "footer_html", "footer_text")
TEST_PREFIX = "[Test]"
TEST_HEADER = "X-Tidings-Test: yes"
MESSAGE_NAMES = ("subject", "name", "id")
BY_A_PROGRAM = [("Auto-Submitted", "auto-generated")]
COMPILED_BYTES = (
    50 * 1024 * 1024
)  # of the sendouts and subgroups that one process serves in turns, with attachments

Row = dict[str, Any]
Renderer = Callable[[int, Row], bytes]
Attributes = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Snapshot:
    """One sendout's message for one group, ready to be copied. `sender` is the envelope's address.

    A test's links lead nowhere: a click in it must not unsubscribe anybody. It may show one contact's values to all.
    `resends`: a copy in doubt is sent again, else its recipient is skipped. `is_limited`: it counts against the limits
    of its recipients.
    """

    sendout: int
    group: int
    sender: str
    message: CompiledMessage
    is_test: bool = False
    shown_as: Row | None = None
    resends: bool = True
    is_limited: bool = False

    def copier(self) -> Callable[[int, Row], Copy]:
        """Makes the facts of one copy from a contact's id and a row with the identities, `attributes` and `member`.

        The Date header of all of them is the moment of this call.
        """
        date = format_datetime(clock.now())
        links_for = harmless_links if self.is_test else link_maker(self.group, self.sendout)
        before, behind = f"<{self.sendout}.", f".{self.group}@{self.sender.rpartition('@')[2]}>"

        def copy_for(contact: int, row: Row) -> Copy:
            of = self.shown_as or row
            profile = of["attributes"].copy()
            name = f"{profile.get('first_name') or ''} {profile.get('last_name') or ''}".strip()
            for column in OWN_COLUMNS:
                profile[column] = of[column]
            message_id = f"{before}{contact}{behind}"
            return Copy(row["email"], name, profile, of["member"], links_for(contact), message_id, date)

        return copy_for

    def renderer(self) -> Renderer:
        """Makes the copy of one recipient."""
        copy_for, render = self.copier(), self.message.render
        return lambda contact, row: render(copy_for(contact, row))

    def renderer_of_singles(self) -> Renderer:
        """The same for single sends, whose rows bring `params`; a contact may get many, told apart by `single`."""
        copy_for, render = self.copier(), self.message.render

        def render_one(contact: int, row: Row) -> bytes:
            copy = copy_for(contact, row)
            message_id = copy.message_id.replace("<", f"<{row['single']}.", 1)
            return render(copy._replace(message_id=message_id, param=row["params"]))

        return render_one


def freeze(
    group: Group, *, inherited: Attributes | None = None, sender_name: str, sender_address: str
) -> dict[str, Any]:
    """What a sendout keeps of its group from its start on, whatever is changed there meanwhile.

    Attributes that the group doesn't have are `inherited`: those of the SuperGroup to which it is sent.
    """
    attributes = dict(((inherited or {}) | attributes_of(group)).values())
    sender = group.all_settings.sender
    return {
        "sender_name": sender_name or sender.name or group.name,
        "sender_address": sender_address or sender.address or group.address,
        "reply_to": sender.reply_to,
        "subject_prefix": sender.subject_prefix,
        "headers": list(sender.headers),
        **{name: getattr(sender, name) for name in AROUND_CONTENT},
        "in_doubt": _in_doubt(group),
        "group": attributes | {"name": group.name, "address": group.address, "id": group.pk},
    }


def attributes_of(group: Group) -> Attributes:
    """Names and values, by the form in which names compare."""
    return {a.key: (a.name, a.value) for a in group.attributes.all()}


def mark_as_test(frozen: dict[str, Any]) -> dict[str, Any]:
    """The same for a test, which people and programs can tell from the real thing."""
    prefix = f"{TEST_PREFIX} {frozen['subject_prefix']}"
    return frozen | {"subject_prefix": prefix, "headers": [*frozen["headers"], TEST_HEADER]}


def _in_doubt(group: Group) -> str:
    policy = group.all_settings.sending.crash_policy
    return settings.ENVIRONMENT.in_doubt if policy == CrashPolicy.BY_CHANNEL else policy.value


def compile_version(
    version: Version,
    frozen: dict[str, Any],
    *,
    attachments: Sequence[Attachment] = (),
    is_single: bool = False,
) -> CompiledMessage:
    """Compiles a message for a group as frozen; raises `TemplateError` for what can't be sent.

    A single send is written by a program (RFC 3834), and unless it is marketing there is nothing to unsubscribe from.
    """
    message = version.message
    about = {"subject": version.subject, "name": message.name, "id": message.pk, "language": message.language}
    return compile_content(
        content_of(version),
        frozen,
        about=about,
        attachments=attachments,
        headers=BY_A_PROGRAM if is_single else (),
        list_unsubscribe=not is_single or message.purpose == Message.Purpose.MARKETING,
    )


def compile_content(
    content: Content,
    frozen: dict[str, Any],
    *,
    about: dict[str, Any],
    headers: Sequence[tuple[str, str]] = (),
    list_unsubscribe: bool = True,
    links: Sequence[str] = (),
    attachments: Sequence[Attachment] = (),
) -> CompiledMessage:
    """The same for any content; `about` is what it may say of itself as `message`, `links` are further ones."""
    known = known_names(frozen["group"])
    own_headers = [_name_and_value(header) for header in frozen.get("headers", ())]
    return compile_message(
        surrounded(content, frozen),
        Sender(frozen["sender_name"], frozen["sender_address"], frozen["reply_to"] or None),
        group=frozen["group"],
        message=about,
        subject_prefix=_before_subject(frozen["subject_prefix"]),
        headers=[*own_headers, *headers],
        known=replace(known, links=(*LINK_NAMES, *links)),
        list_unsubscribe=list_unsubscribe,
        attachments=attachments,
    )


def surrounded(content: Content, frozen: dict[str, Any]) -> Content:
    """The content between the group's header and footer."""
    return replace(content, html=_html(content.html or "", frozen), text=_text(content.text or "", frozen))


def _html(html: str, frozen: dict[str, Any]) -> str | None:
    """The HTML between the group's header and footer, which stand inside of its body."""
    if not html:
        return None
    header, footer = str(frozen.get("header_html", "")), str(frozen.get("footer_html", ""))
    opening = BODY_TAG.search(html)
    start = opening.end() if header and opening else 0
    end = html.lower().rfind("</body") if footer else -1
    end = end if end >= start else len(html)
    return html[:start] + header + html[start:end] + footer + html[end:]


def _text(text: str, frozen: dict[str, Any]) -> str | None:
    if not text:
        return None
    header, footer = frozen.get("header_text"), frozen.get("footer_text")
    return (f"{header}\n\n" if header else "") + text + (f"\n\n{footer}" if footer else "")


def _name_and_value(header: str) -> tuple[str, str]:
    name, _, value = header.partition(": ")
    return name, value


def _before_subject(prefix: str) -> str:
    """Who writes `[News]` as a prefix means `[News] `."""
    return f"{prefix.rstrip()} " if prefix.strip() else ""


def known_names(group: dict[str, Any]) -> KnownNames:
    """The names a message may use in a group whose values are `group`."""
    return KnownNames(
        contact=keys(),
        member=keys(Attribute.Scope.MEMBER),
        group=list(group),
        message=MESSAGE_NAMES,
        links=LINK_NAMES,
    )


def row_of(contact: Contact, group: int) -> Row:
    """What a batch reads of a recipient, for a single copy."""
    identities = {name: getattr(contact, name) for name in OWN_COLUMNS}
    return identities | {"attributes": contact.attributes, "member": member_values(contact, group)}


class _Served(NamedTuple):
    """What a snapshot is made of."""

    sendout: int
    group: int
    with_files: bool


def snapshot_of(sendout: int, group: int, *, with_files: bool = True) -> Snapshot:
    """The snapshot of a sendout for its group or one subgroup; it never changes, so a worker compiles it once.

    What becomes of copies in doubt is the sendout's affair, as its speed is. Who only shows it needs no attachments.
    """
    return _SNAPSHOTS(_Served(sendout, group, with_files))


def _compile(served: _Served) -> Snapshot:
    found = Sendout.objects.select_related("version__message", "shown_as").get(pk=served.sendout)
    frozen = found.frozen
    if served.group != found.group_id:
        frozen = Portion.objects.values_list("frozen", flat=True).get(sendout=found, group=served.group)
    attachments = files.load(files.attached_to(found.version)) if served.with_files else ()
    is_single = found.kind == Sendout.Kind.SINGLE
    message = compile_version(found.version, frozen, attachments=attachments, is_single=is_single)
    return Snapshot(
        served.sendout,
        served.group,
        frozen["sender_address"],
        message,
        is_test=found.kind == Sendout.Kind.TEST,
        shown_as=row_of(found.shown_as, served.group) if found.shown_as else None,
        resends=found.frozen.get("in_doubt") != "skip",
        is_limited=_is_limited(found),
    )


_SNAPSHOTS = Kept(_compile, weight=lambda snapshot: snapshot.message.weight, most=COMPILED_BYTES)


def _is_limited(sendout: Sendout) -> bool:
    """Tests, what the built-in mailbox catches, and what isn't marketing count nowhere."""
    purpose = sendout.frozen.get("purpose", Message.Purpose.MARKETING)
    is_test = sendout.kind == Sendout.Kind.TEST
    return not (is_test or sendout.to_mailbox) and purpose == Message.Purpose.MARKETING
