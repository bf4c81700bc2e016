"""`tidings member`: who is in a group, and what people agreed to."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar, get_args

import click

from tidings.cli import shapes
from tidings.cli.exits import Exit
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples, group_of
from tidings.cli.output import print_json, print_rows
from tidings.cli.several import told
from tidings.contacts.actions import create_or_update
from tidings.contacts.models import Contact
from tidings.contacts.queries import find
from tidings.groups.models import Group
from tidings.groups.settings import Joining
from tidings.kernel.errors import NotFound, Refused, TidingsError
from tidings.memberships import actions, history, letters, own_acts, queries, several
from tidings.memberships.models import Letter, Membership, OptOut
from tidings.selections.choosing import chosen
from tidings.selections.queries import those

SHELL = Membership.Source.SHELL
ADDRESSES_AT_MOST = 1_000  # more is an import, which shows its progress and holds a lock
LINES_AT_MOST = 1_000
MODES = [mode.value for mode in Joining]

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group()
def member() -> None:
    """Add, remove, approve and list members; opt-outs, the log of consent, letters.

    GROUP is an id or an address. ADDRESS is an e-mail address, a mobile number or an external id.
    """


def group_argument(command: Command) -> Command:
    """Adds GROUP."""
    return click.argument("ref", metavar="GROUP")(command)


@member.command(
    epilog=examples(
        "tidings member add news@example.org anna@example.com ben@example.com",
        "tidings member add news@example.org anna@example.com --mode double_opt_in --json",
    )
)
@group_argument
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.option("--mode", type=click.Choice(MODES), default="silent", show_default=True)
@as_json
@database()
def add(*, ref: str, addresses: tuple[str, ...], mode: str, as_json: bool) -> int:
    """Add people by their e-mail addresses: silently, with a welcome letter, or pending until they confirm.

    One who can't be added stops no other; then the exit code is 3.
    """
    group = group_of(ref)
    if len(addresses) > ADDRESSES_AT_MOST:
        raise Refused(reason=f"Up to {ADDRESSES_AT_MOST:,} people can be added so. Import a file instead.")
    results = [_added(address, group, Joining(mode)) for address in addresses]
    if as_json:
        print_json(results)
    else:
        rows = [(one["address"], one["result"], one["message"]) for one in results]
        print_rows(("address", "result", "why"), rows, empty="")
    return Exit.REFUSED if any(one["result"] == "refused" for one in results) else Exit.DONE


def _added(address: str, group: Group, mode: Joining) -> shapes.Shape:
    try:
        contact, _ = create_or_update(address, {}, by=None)
        is_new = actions.add(contact, group, source=SHELL, by=None, mode=mode)
    except TidingsError as error:
        return {"address": address, "result": "refused", "code": error.code, "message": str(error)}
    result = "added" if is_new else "already_member"
    return {"address": address, "result": result, "code": None, "message": None, "contact": contact.pk}


@member.command(epilog=examples("tidings member remove news@example.org anna@example.com"))
@group_argument
@click.argument("address")
@as_json
@database()
def remove(ref: str, address: str, as_json: bool) -> None:
    """End a membership, silently and without counting it as unsubscribed."""
    group, contact = group_of(ref), find(address)
    if not actions.remove(contact, group, source=SHELL, by=None):
        raise NotFound(thing="member", ref=address)
    _tell(group, contact, "removed", f"{contact} is no longer a member of {group}.", as_json=as_json)


@member.command(epilog=examples("tidings member unsubscribe news@example.org anna@example.com"))
@group_argument
@click.argument("address")
@as_json
@database()
def unsubscribe(ref: str, address: str, as_json: bool) -> None:
    """Note that somebody wants nothing more of a group: only they can come back."""
    group, contact = group_of(ref), find(address)
    actions.unsubscribe(contact, group.pk, source=SHELL, by=None)
    _tell(group, contact, "unsubscribed", f"{contact} is unsubscribed from {group}.", as_json=as_json)


@member.command(epilog=examples("tidings member approve news@example.org anna@example.com"))
@group_argument
@click.argument("address")
@as_json
@database()
def approve(ref: str, address: str, as_json: bool) -> None:
    """Let somebody in who awaits approval."""
    group, contact = group_of(ref), find(address)
    actions.approve(contact, group, source=SHELL, by=None)
    _tell(group, contact, "approved", f"{contact} is a member of {group}.", as_json=as_json)


@member.command(epilog=examples("tidings member refuse news@example.org anna@example.com"))
@group_argument
@click.argument("address")
@click.option("--reason", default="", help="Kept in the log of consent.")
@as_json
@database()
def refuse(*, ref: str, address: str, reason: str, as_json: bool) -> None:
    """Turn somebody down who awaits approval. They may ask again."""
    group, contact = group_of(ref), find(address)
    actions.refuse(contact, group, source=SHELL, by=None, reason=reason)
    _tell(group, contact, "refused", f"{contact} is turned down.", as_json=as_json)


@member.command(epilog=examples("tidings member reactivate news@example.org anna@example.com"))
@group_argument
@click.argument("address")
@as_json
@database()
def reactivate(ref: str, address: str, as_json: bool) -> None:
    """Take up messages to a deactivated member again. After a complaint it is refused."""
    group, contact = group_of(ref), find(address)
    actions.reactivate(contact, group, source=SHELL, by=None)
    _tell(group, contact, "reactivated", f"{contact} gets messages of {group} again.", as_json=as_json)


@member.command(epilog=examples("tidings member resend news@example.org anna@example.com"))
@group_argument
@click.argument("address")
@as_json
@database()
def resend(ref: str, address: str, as_json: bool) -> None:
    """Send a pending member the letter again that asks them to confirm."""
    group, contact = group_of(ref), find(address)
    actions.resend(contact, group, source=SHELL, by=None)
    _tell(group, contact, "asked", f"{contact} is asked again to confirm.", as_json=as_json)


@member.command(
    epilog=examples('tidings member override news@example.org anna@example.com --reason "asked by telephone"')
)
@group_argument
@click.argument("address")
@click.option(
    "--reason", required=True, help="How the person asked to come back; kept in the log of consent."
)
@as_json
@database()
def override(*, ref: str, address: str, reason: str, as_json: bool) -> None:
    """Ask somebody who opted out to confirm that they are back. Impossible after a complaint."""
    group, contact = group_of(ref), find(address)
    actions.override(contact, group, reason=reason, source=SHELL, by=None)
    _tell(group, contact, "asked", f"{contact} is asked to confirm that they are back.", as_json=as_json)


@member.command("complained", epilog=examples("tidings member complained news@example.org anna@example.com"))
@group_argument
@click.argument("address")
@as_json
@database()
def complained(ref: str, address: str, as_json: bool) -> None:
    """Note that somebody complained about a group's messages: nobody but they can bring them back."""
    group, contact = group_of(ref), find(address)
    actions.complain(contact, group.pk, source=SHELL, by=None)
    _tell(group, contact, "complained", f"The complaint of {contact} is noted.", as_json=as_json)


@member.command(
    epilog=examples("tidings member bulk approve news@example.org anna@example.com ben@example.com")
)
@click.argument("act", type=click.Choice(get_args(several.Act)))
@group_argument
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@as_json
@database()
def bulk(*, act: several.Act, ref: str, addresses: tuple[str, ...], as_json: bool) -> int:
    """Do one of these things with several members: each on its own.

    One who is refused stops no other; then the exit code is 3.
    """
    people = [find(address) for address in addresses]
    return told(several.act(act, people, group_of(ref), source=SHELL, by=None), "contact", as_json=as_json)


def _tell(group: Group, contact: Contact, result: str, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"group": group.pk, "contact": contact.pk, "result": result})
    else:
        click.echo(sentence)


@member.command(
    "list",
    epilog=examples(
        "tidings member list news@example.org --state pending",
        "tidings member list news@example.org --where 'city = \"Berlin\"'",
    ),
)
@group_argument
@click.option("--state", type=click.Choice(Membership.State.values), default=None)
@click.option("--search", default="", help="The beginning of an e-mail address.")
@click.option("--where", default="", metavar="RULE", help="Only those whom the rule picks.")
@click.option("--selection", default="", metavar="NAME", help="The same by a saved rule.")
@click.option("--after", type=int, default=0, help="Go on behind this contact id.")
@as_json
@database()
def list_members(
    *, ref: str, state: str | None, search: str, where: str, selection: str, after: int, as_json: bool
) -> None:
    """List members, up to 1,000 at a time in the order of their ids. `tidings export` writes all of them to a file."""
    group, picked = group_of(ref), chosen(where, selection)
    among = picked and those(picked.rule, group)
    found = queries.members(group, after=after, prefix=search, state=state or "", among=among)[:LINES_AT_MOST]
    shown = [
        {
            "contact": row.contact_id,
            "address": str(row.contact),
            "state": row.state,
            "source": row.source,
            "joined_at": row.joined_at,
        }
        for row in found
    ]
    _print(shown, ("contact", "address", "state", "source", "joined_at"), "Nobody.", as_json=as_json)


@member.command(
    "opt-out",
    epilog=examples(
        "tidings member opt-out anna@example.com --channel email",
        "tidings member opt-out anna@example.com --everything",
    ),
)
@click.argument("address")
@click.option("--group", "ref", default=None, help="A group.")
@click.option("--supergroup", default=None, help="The messages of a SuperGroup.")
@click.option("--channel", type=click.Choice(Group.Channel.values), default=None)
@click.option("--everything", is_flag=True)
@as_json
@database()
def opt_out(
    *,
    address: str,
    ref: str | None,
    supergroup: str | None,
    channel: str | None,
    everything: bool,
    as_json: bool,
) -> None:
    """Note what somebody doesn't want any more: a group, a SuperGroup's messages, a channel, or anything."""
    chosen = [
        (OptOut.Scope.GROUP, ref),
        (OptOut.Scope.SUPERGROUP, supergroup),
        (OptOut.Scope.CHANNEL, channel),
        (OptOut.Scope.EVERYTHING, "all" if everything else None),
    ]
    scopes = [scope for scope, name in chosen if name]
    if len(scopes) != 1:
        raise click.UsageError("Name one of --group, --supergroup, --channel and --everything.")
    contact, group = find(address), ref or supergroup
    own_acts.opt_out(
        contact,
        scopes[0],
        group_id=group_of(group).pk if group else None,
        channel=channel or "",
        source=SHELL,
    )
    _print_opt_outs(contact, as_json=as_json)


@member.command("opt-outs", epilog=examples("tidings member opt-outs anna@example.com --json"))
@click.argument("address")
@as_json
@database()
def opt_outs(address: str, as_json: bool) -> None:
    """List what somebody doesn't want."""
    _print_opt_outs(find(address), as_json=as_json)


def _print_opt_outs(contact: Contact, *, as_json: bool) -> None:
    shown = [shapes.of_opt_out(one) for one in queries.opt_outs_of(contact)]
    columns = ("scope", "group", "channel", "reason", "source", "at")
    _print(shown, columns, f"{contact} has opted out of nothing.", as_json=as_json)


@member.command("log", epilog=examples("tidings member log anna@example.com"))
@click.argument("address")
@as_json
@database()
def log(address: str, as_json: bool) -> None:
    """Show the log of somebody's consent, the newest first."""
    shown = [
        {
            "at": one.at,
            "act": one.act,
            "group": one.group,
            "source": one.source,
            "by": one.by_id,
            "ip": one.ip,
            "text": one.text_id,
            "reason": one.reason,
        }
        for one in history.of_contact(find(address))[:LINES_AT_MOST]
    ]
    _print(
        shown,
        ("at", "act", "group", "source", "by", "ip", "text", "reason"),
        "Nothing is known.",
        as_json=as_json,
    )


@member.command("proofs", epilog=examples("tidings member proofs news@example.org --json"))
@group_argument
@click.option("--address", default=None, help="Of this contact alone.")
@as_json
@database()
def proofs(ref: str, address: str | None, as_json: bool) -> None:
    """Show the proofs of double opt-ins: who asked, when and from where, and who confirmed."""
    contact = find(address) if address else None
    found = history.confirmations(group=group_of(ref), contact=contact)[:LINES_AT_MOST]
    shown = [asdict(proof) for proof in history.proofs(found)]
    columns = ("email", "requested_at", "requested_from", "confirmed_at", "confirmed_from", "message_ids")
    _print(shown, columns, "Nobody confirmed anything yet.", as_json=as_json)


@member.command("letters", epilog=examples("tidings member letters news@example.org --state failed"))
@group_argument
@click.option("--state", type=click.Choice(Letter.State.values), default=None)
@as_json
@database()
def list_letters(ref: str, state: str | None, as_json: bool) -> None:
    """Show a group's letters, the newest first, with what became of each."""
    shown = [
        {
            "id": one.pk,
            "kind": one.kind,
            "address": str(one.contact) if one.contact else None,
            "state": one.state,
            "attempt": one.attempt,
            "reason": one.reason,
            "created_at": one.created_at,
        }
        for one in letters.of_group(group_of(ref), state=state or "")[:LINES_AT_MOST]
    ]
    columns = ("id", "kind", "address", "state", "attempt", "reason", "created_at")
    _print(shown, columns, "No letter.", as_json=as_json)


def _print(shown: list[shapes.Shape], columns: tuple[str, ...], empty: str, *, as_json: bool) -> None:
    if as_json:
        print_json(shown)
    else:
        print_rows(columns, [[_plain(row[column]) for column in columns] for row in shown], empty=empty)


def _plain(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value
