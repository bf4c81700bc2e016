"""A small organisation to look at: groups with members, locks, sendouts and keys, made by the real actions."""

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tidings.accounts.actions import create_api_key, create_user, revoke_api_key
from tidings.accounts.models import User
from tidings.attributes.actions import define
from tidings.attributes.models import Attribute, TypeChange
from tidings.attributes.rules import BUILT_IN
from tidings.blacklists import actions as blacklists
from tidings.blacklists.models import BlacklistImport, Entry
from tidings.blacklists.models import Reject as ListReject
from tidings.channels.mailbox.models import CaughtMessage
from tidings.contacts.actions import create_or_update
from tidings.contacts.models import Contact
from tidings.exports import actions as exports
from tidings.exports.models import Export
from tidings.groups import actions as groups
from tidings.groups import attributes, subgroups
from tidings.groups.models import Group
from tidings.groups.settings import Joining
from tidings.imports.actions import upload
from tidings.imports.models import Import, Reject
from tidings.imports.rules.mapping import Column, Mapping
from tidings.imports.saved import keep
from tidings.kernel import clock, db
from tidings.locks import actions as locks
from tidings.locks import leases
from tidings.locks.models import GroupLock, Process
from tidings.memberships.actions import add, unsubscribe
from tidings.memberships.models import Membership
from tidings.memberships.own_acts import ask
from tidings.messaging.actions import write
from tidings.moderation.models import Request
from tidings.notices.actions import tell
from tidings.selections import actions as selections
from tidings.selections.language import parse
from tidings.selections.models import Selection
from tidings.sendouts.models import Batch, Delivery, Sendout
from tidings.transfers import actions as transfers
from tidings.transfers.actions import Wish
from tidings.transfers.models import Transfer
from tidings.transfers.queries import find as find_transfer

PASSWORD = "correct horse battery"
PEOPLE_CSV = "E-mail;First name;Club card\nhanna@example.net;Hanna;12\nivo@example.net;Ivo;7\n"
CAUGHT = """From: Weekly newsletter <weekly@news.example.org>
To: {to}
Subject: Black Friday preview
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset="utf-8"

Hello in text
--b
Content-Type: text/html; charset="utf-8"

<p>Hello in <b>HTML</b></p><script>alert(1)</script>
--b--
"""
NAMES = ("Anna Adler", "Ben Brandt", "Carla Conti", "David Doyle", "Emma Ek", "Farid Faris", "Gina Grasso")


@dataclass(frozen=True)
class World:
    """What tests address: the user, a group with members, one that an import holds, an empty one, a contact, and a
    SuperGroup of the first two.
    """

    user: User
    group: Group
    locked: Group
    empty: Group
    contact: Contact
    attribute: Attribute
    other: Contact
    sendout: Sendout
    draft: Import
    imported: Import
    supergroup: Group
    mail: CaughtMessage
    listed: BlacklistImport
    transferred: Transfer
    asking: Transfer
    changing: Attribute
    selection: Selection

    approval: Request


def furnish() -> World:
    """Makes the organisation in an empty database."""
    user = create_user("olga@example.org", "Olga Olsen", PASSWORD)
    card = define("Customer card", kind="choice", choices=["gold", "silver"], by=user)
    weekly, deals, everything, empty = make_groups(user)
    define("Favourite shop", scope="member", by=user)
    people = [join(name, weekly, user) for name in NAMES]
    unsubscribe(people[-1], weekly.pk, source="page", by=user)
    attributes.put(weekly, "Opening hours", "Mon-Fri 9-18", by=user)
    attributes.put(weekly, "Price", "12.50 EUR", by=user)
    listed = keep_out(weekly, user)
    wait_for_admission(deals, user)
    write_members(weekly, user)
    import_into(deals, user)
    approval = want_approval(deals, user)
    sendout = send(weekly, people[:4], user)
    draft = upload(empty, BytesIO(PEOPLE_CSV.encode()), filename="people.csv", by=user)
    imported = import_long_ago(weekly, user)
    keep("CRM export", Mapping((Column("E-Mail", BUILT_IN["email"]), Column("Fax"))), by=user)
    revoke_api_key(create_api_key(user, "old shop")[0])
    create_api_key(user, "web shop")
    mail = catch(people[0])
    tell([user], "Sendout 3 has paused", "The relay is away. Resume it when it is back.", path="/sendouts/")
    # Nobody really works on what looks as if it went on; its jobs would come back for ever.
    db.execute("DELETE FROM procrastinate_jobs")
    return World(
        user, weekly, deals, empty, people[0], card, people[1], sendout, draft, imported, everything, mail, listed,
        *transfer(weekly, empty, user),
        change_a_type(),
        selections.create("Berliners", parse('city = "Berlin"'), by=user),


        approval,
    )  # fmt: skip


def make_groups(user: User) -> tuple[Group, Group, Group, Group]:
    weekly = groups.create(
        "Weekly newsletter", address="weekly@news.example.org", category="Newsletter", by=user,
        description="What happened this week, every Friday.",
    )  # fmt: skip
    deals = groups.create("Daily deals", address="deals@news.example.org", category="Promotions", by=user)
    everything = groups.create("All e-mail", address="all@news.example.org", is_supergroup=True, by=user)
    subgroups.put(everything, [weekly, deals], by=user)
    groups.create("Store openings", channel="sms", category="Retail", by=user)
    groups.create("Order status", channel="push", category="Service", by=user)
    return weekly, deals, everything, groups.create("VIP customers", address="vip@news.example.org", by=user)


def change_a_type() -> Attribute:
    """An attribute whose type is being changed, in the middle of it."""
    shoe = define("Shoe size", by=None)
    kind, label = Process.Kind.TYPE_CHANGE, "Change of “Shoe size” to number"
    process = Process.objects.create(kind=kind, label=label, done=600_000, total=1_000_000)
    TypeChange.objects.create(attribute=shoe, process=process, type="number")
    return shoe


def join(name: str, group: Group, user: User) -> Contact:
    """A person of that name, in the group."""
    first, last = name.split()
    contact, _ = create_or_update(
        f"{first}.{last}@example.net", {"first_name": first, "last_name": last, "city": "Berlin"}, by=user
    )
    add(contact, group, source=Membership.Source.PAGE, by=user)
    return contact


def wait_for_admission(group: Group, user: User) -> None:
    """Somebody who was asked to confirm, and somebody who asked by the form and awaits approval."""
    ida, _ = create_or_update("ida.iversen@example.net", {}, by=user)
    add(ida, group, source=Membership.Source.PAGE, by=user, mode=Joining.DOUBLE_OPT_IN)
    group.settings = {"subscription": {"public_form": True, "joining": "silent", "needs_approval": True}}
    group.save(update_fields=["settings"])
    jan, _ = create_or_update("jan.jansen@example.net", {}, by=None)
    ask(jan, group, ip="192.0.2.7")


def keep_out(group: Group, user: User) -> BlacklistImport:
    """Entries of the system and of the group, and a file of them, which is returned."""
    for pattern, whose in (
        ("*.spam.example", None),
        ("+491713920000", None),
        ("nobody@example.net", group),
    ):
        blacklists.add(pattern, whose, reason="Asked by telephone", source=Entry.Source.PAGE, by=user)
    run = blacklists.start_import(
        group, BytesIO(b"other@example.net\nnobody\n"), filename="never.txt", mode=BlacklistImport.Mode.ADD, by=user
    )  # fmt: skip
    return end_listing(run)


def write_members(group: Group, user: User) -> None:
    """An export with its file."""
    export = exports.start(group, states=["active"], by=user)
    leases.end(export.process_id, Process.State.FINISHED)
    file = default_storage.save(f"exports/{export.pk}/furniture.csv", ContentFile(b"email\n"))
    ended = {"state": Export.State.FINISHED, "rows": 6, "size": 6, "file": file}
    Export.objects.filter(pk=export.pk).update(**ended, ended_at=clock.now())


def end_listing(run: BlacklistImport) -> BlacklistImport:
    """The import of a list as it is when it has ended: one value added, one rejected."""
    ListReject.objects.create(run=run, line=2, value="nobody", reason="unknown")
    leases.end(run.process_id, Process.State.FINISHED)
    ended = {"state": BlacklistImport.State.FINISHED, "values": 2, "added": 1, "rejected": 1}
    BlacklistImport.objects.filter(pk=run.pk).update(**ended, ended_at=clock.now())
    return BlacklistImport.objects.get(pk=run.pk)


def import_into(group: Group, user: User) -> Process:
    """A process that writes the group and is at 62 %, as an import is."""
    process = locks.begin(
        Process.Kind.IMPORT, [group.pk], label="Import of autumn.csv", by=user, total=500_000
    )
    leases.progress(process.pk, done=310_000, total=500_000)
    begun, lease_until = clock.now() - timedelta(seconds=200), clock.now() + timedelta(hours=1)
    Process.objects.filter(pk=process.pk).update(
        started_at=begun, lease_until=lease_until, worker="host-1-12"
    )
    GroupLock.objects.filter(process=process).update(taken_at=begun)
    return process


def import_long_ago(group: Group, user: User) -> Import:
    """An import that has ended, with rows that were left out."""
    now = clock.now()
    run = Import.objects.create(
        group=group, filename="spring.csv", size=4_096, state=Import.State.FINISHED, started_by=user, rows=10,
        created=6, updated=2, rejected=2, started_at=now - timedelta(days=9), ended_at=now - timedelta(days=9),
    )  # fmt: skip
    for line, value in ((3, "anna at example.net"), (7, "=cmd()")):
        Reject.objects.create(run=run, line=line, reason="bad_address", column="E-mail", value=value)
    return run


def transfer(source: Group, target: Group, user: User) -> list[Transfer]:
    """A transfer that has ended, and one that asks first."""
    ended = {
        "state": "finished",
        "chosen": 7,
        "joined": 5,
        "already": 1,
        "kept_out": 1,
        "kept_out_by": {"opted_out": 1},
    }
    asking = {
        "state": "awaiting_confirmation",
        "mode": "replace",
        "chosen": 2,
        "absent": 4,
        "members_before": 5,
    }
    made = []
    for facts in (ended, asking):
        run = transfers.start(Wish(source, target), by=user)
        leases.end(run.process_id, Process.State.FINISHED)
        Transfer.objects.filter(pk=run.pk).update(**facts, ended_at=clock.now())
        made.append(find_transfer(run.pk))
    return made


def catch(person: Contact) -> CaughtMessage:
    """A mail to the person in the built-in mailbox."""
    data = CAUGHT.replace("{to}", str(person)).encode()
    return CaughtMessage.objects.create(
        received_at=clock.now(), sender="weekly@news.example.org", recipient=str(person), size=len(data), data=data,
        subject="Black Friday preview",
    )  # fmt: skip


def want_approval(group: Group, approver: User) -> Request:
    """Somebody else wants to send something, and the user may decide."""
    author = User.objects.create(email="paul@example.org", name="Paul Pohl")
    version = write("Spring", subject="Spring sale", text="Hello", by=author)
    group.refresh_from_db()
    group.settings["moderation"] = {"moderated": True, "approvers": [approver.email]}
    group.save(update_fields=["settings"])
    sendout = Sendout.objects.create(
        group=group, group_name=group.name, version=version, state=Sendout.State.AWAITING_APPROVAL,
        created_by=author,
    )  # fmt: skip
    return Request.objects.create(sendout=sendout, group=group, asked_by=author)


def send(group: Group, people: list[Contact], user: User) -> Sendout:
    """A sendout that reached some and not all."""
    version = write("Friday", subject="Black Friday preview", text="Hello", by=user)
    now = clock.now()
    sendout = Sendout.objects.create(
        group=group, group_name=group.name, version=version, state=Sendout.State.FINISHED, created_by=user,
        audience=len(people), to_mailbox=True, started_at=now - timedelta(minutes=9), ended_at=now,
    )  # fmt: skip
    batch = Batch.objects.create(
        sendout=sendout, group=sendout.group, number=1, contact_ids=[p.pk for p in people], size=len(people),
        state=Batch.State.DONE, accepted=len(people) - 1, failed=1,
    )  # fmt: skip
    for position, person in enumerate(people, 1):
        is_last = position == len(people)
        Delivery.objects.create(
            batch=batch, position=position, contact=person, at=now,
            outcome=Delivery.Outcome.FAILED if is_last else Delivery.Outcome.ACCEPTED,
            code=550 if is_last else 250, reason="5.1.1 no such user" if is_last else "",
        )  # fmt: skip
    return sendout
