"""`tidings contact`: single contacts."""

import json
from collections.abc import Callable
from typing import Any, TextIO, TypeVar

import click

from tidings.cli import shapes
from tidings.cli.commands import contact_push, contact_store
from tidings.cli.ground import database
from tidings.cli.options import ATTRIBUTE, as_json, examples, group_of
from tidings.cli.output import print_facts, print_json, print_rows
from tidings.contacts import actions, merging, person, queries
from tidings.contacts.checking import Push
from tidings.contacts.models import Contact
from tidings.contacts.person import as_text
from tidings.contacts.queries import find
from tidings.kernel.workers import this_worker
from tidings.locks import work
from tidings.memberships.member_attributes import set_attributes

Command = TypeVar("Command", bound=Callable[..., Any])

LISTS = ("groups", "deliveries", "attributes", "opt_outs", "limits", "endpoints")
COLUMNS = ("email", "mobile", "external_id", "language")


def profile_options(command: Command) -> Command:
    """Adds options for identities, language and attributes."""
    command = click.option(
        "--attribute", "attributes", type=ATTRIBUTE, multiple=True, help="NAME=VALUE; repeat it for each."
    )(command)
    for name in reversed(COLUMNS):
        command = click.option(f"--{name.replace('_', '-')}", name, default=None)(command)
    return command


@click.group()
def contact() -> None:
    """Find, show, create and change contacts."""


@contact.command(
    epilog=examples("tidings contact show anna@example.com", "tidings contact show +491713920000 --json")
)
@click.argument("address")
@as_json
@database()
def show(address: str, as_json: bool) -> None:
    """Show who has ADDRESS: an e-mail address, a mobile number or an external id."""
    _show(find(address), as_json=as_json)


@contact.command(
    "find", epilog=examples("tidings contact find anna@", "tidings contact find '+49 171' --json")
)
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@as_json
@database()
def find_contacts(text: str, limit: int, as_json: bool) -> None:
    """List contacts one of whose addresses, numbers or external ids begins with TEXT."""
    found = queries.search(text)
    people = [*found.others, *found.contacts[:limit]][:limit]
    if as_json:
        print_json([_of(one) for one in people])
        return
    rows = ((one.pk, one.email, one.mobile, one.external_id, one.language) for one in people)
    print_rows(
        ("id", "e-mail", "mobile", "external id", "language"), rows, empty="No contact begins like that."
    )


@contact.command(
    epilog=examples(
        "tidings contact create --email anna@example.com --attribute first_name=Anna",
        "tidings contact create --mobile '+49 171 3920000' --external-id K-1017 --json",
        "tidings contact create --app 'Example Books' --endpoint f1Q9",
    )
)
@profile_options
@click.option("--app", default="", help="The app that --endpoint belongs to.")
@click.option("--endpoint", default="", help="A push endpoint of the contact.")
@as_json
@database()
def create(
    *,
    attributes: tuple[tuple[str, str], ...],
    app: str,
    endpoint: str,
    as_json: bool,
    **columns: str | None,
) -> None:
    """Create a contact with at least one identity."""
    push = Push(app, endpoint) if app or endpoint else None
    made = actions.create(_given(columns), dict(attributes), push=push, by=None)
    if as_json:
        print_json(shapes.of_contact(made))
    else:
        click.echo(f"Created contact {made.pk}: {made}")


@contact.command(
    "set",
    epilog=examples(
        "tidings contact set anna@example.com --mobile '+49 171 3920000' --attribute city=Berlin",
        "tidings contact set anna@example.com --attribute city=",
        "tidings contact set anna@example.com --group news@example.org --attribute store=Mitte",
    ),
)
@click.argument("address")
@profile_options
@click.option(
    "--group", "group_ref", default="", help="The attributes are those of the contact in this group."
)
@as_json
@database()
def set_contact(
    *,
    address: str,
    attributes: tuple[tuple[str, str], ...],
    group_ref: str,
    as_json: bool,
    **columns: str | None,
) -> None:
    """Change the contact who has ADDRESS. What isn't named stays, an empty value takes it away."""
    person = find(address)
    if group_ref:
        set_attributes(person, group_of(group_ref), dict(attributes), by=None)
    person = actions.update(person, _given(columns), {} if group_ref else dict(attributes), by=None)
    _show(person, as_json=as_json)


@contact.command(
    epilog=examples(
        "tidings contact merge anna@example.com anna@old.example.com --yes",
        "tidings contact merge anna@example.com anna@old.example.com --take city --yes --json",
    )
)
@click.argument("kept")
@click.argument("gone")
@click.option(
    "--take", multiple=True, help="A column or attribute whose value comes from GONE; repeat it for each."
)
@click.option("--yes", is_flag=True, help="Don't ask.")
@as_json
@database()
def merge(*, kept: str, gone: str, take: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Make the contact GONE a part of the contact KEPT. Where both have a value, that of KEPT stays."""
    stays, goes = find(kept), find(gone)
    if not yes:
        click.confirm(
            f"Make {goes} ({goes.pk}) a part of {stays} ({stays.pk}) for good?", abort=True, err=True
        )
    _show(merging.merge(stays, goes, take=take, by=None), as_json=as_json)


@contact.command(
    epilog=examples(
        "tidings contact export anna@example.com --out anna.json",
        "tidings contact export anna@example.com --readable",
    )
)
@click.argument("address")
@click.option(
    "--out", default="-", type=click.File("w", encoding="utf-8"), help="Where to; - is standard output."
)
@click.option("--readable", is_flag=True, help="For people instead of programs.")
@as_json
@database()
def export(*, address: str, out: TextIO, readable: bool, as_json: bool) -> None:
    """Write all data about the contact who has ADDRESS, as JSON."""
    found = person.export(find(address), by=None)
    text = as_text(found) if readable and not as_json else json.dumps(found, ensure_ascii=False, indent=2)
    out.write(text.rstrip() + "\n")


@contact.command(
    epilog=examples(
        "tidings contact erase anna@example.com --yes",
        "tidings contact erase anna@example.com --never-again --yes --json",
    )
)
@click.argument("address")
@click.option(
    "--never-again", is_flag=True, help="They asked that no import, page or program ever stores them again."
)
@click.option("--yes", is_flag=True, help="Don't ask.")
@as_json
@database()
def erase(*, address: str, never_again: bool, yes: bool, as_json: bool) -> None:
    """Erase the contact who has ADDRESS, at once and for good, and everything in logs that names them."""
    found = find(address)
    if not yes:
        click.confirm(f"Erase {found} ({found.pk}) for good?", abort=True, err=True)
    erasure = person.erase(found, never_again=never_again, by=None)
    work.run(erasure.process_id, this_worker())
    if as_json:
        print_json({"contact": found.pk, "process": erasure.process_id, "never_again": never_again})
    else:
        click.echo(f"Contact {found.pk} is erased.")


for command in (contact_store.store, contact_push.endpoint_add, contact_push.endpoint_remove):
    contact.add_command(command)


def _given(columns: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in columns.items() if value is not None}


def _show(person: Contact, *, as_json: bool) -> None:
    shape = shapes.of_contact(person)
    if as_json:
        print_json(shape)
        return
    print_facts({name: value for name, value in shape.items() if name not in LISTS})
    print_facts(shape["attributes"])
    for push in shape["endpoints"]:
        print_facts({"push": f"{push['app']}: {push['endpoint']}"})
    groups = (
        (g["id"], g["name"], g["address"], g["state"], g["source"], g["joined_at"]) for g in shape["groups"]
    )
    print_rows(("group", "name", "address", "state", "joined by", "since"), groups, empty="In no group.")
    for opt_out in shape["opt_outs"]:
        what = " ".join(str(opt_out[name]) for name in ("scope", "group", "channel") if opt_out[name])
        print_facts({"opted out of": f"{what} ({opt_out['reason']})"})
    limits = (
        (one["group_name"] or one["kind"], one["used"], one["messages"], one["days"])
        for one in shape["limits"]
    )
    print_rows(("limit of", "used", "messages", "days"), limits, empty="No limit holds for them.")
    sent = ((d["sendout"], d["outcome"], d["reason"], d["attempt"], d["at"]) for d in shape["deliveries"])
    print_rows(("sendout", "outcome", "reason", "attempt", "at"), sent, empty="Nothing was sent to them.")


def _of(person: Contact) -> dict[str, Any]:
    names = ("id", *COLUMNS, "attributes", "created_at", "updated_at")
    return {name: getattr(person, name) for name in names}
