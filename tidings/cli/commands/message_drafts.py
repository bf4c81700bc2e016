"""`tidings message draft`: what the next version of a message will say."""

from typing import Any

import click

from tidings.cli.ground import database
from tidings.cli.options import as_json, examples
from tidings.cli.output import print_facts, print_json
from tidings.cli.written import content, written_by
from tidings.messaging import drafts
from tidings.messaging.actions import WRITTEN
from tidings.messaging.models import Draft, Message
from tidings.messaging.queries import find, find_version

FACTS = ("revision", "base", *WRITTEN, "changed_by", "changed_at")
REVISION = click.option(
    "--revision",
    type=click.IntRange(0),
    default=None,
    help="The one that was read, so that nobody's later draft is written over; without it the one that stands.",
)


@click.group()
def draft() -> None:
    """Show, save, discard and restore the draft of a message, and make it a version. ID is a message's number."""


@draft.command(epilog=examples("tidings message draft show 31 --json"))
@click.argument("number", metavar="ID", type=int)
@as_json
@database()
def show(number: int, as_json: bool) -> None:
    """Show the draft; without one what the current version says, with the revision 0."""
    _tell(drafts.current(find(number)), as_json=as_json)


@draft.command(
    epilog=examples('tidings message draft save 31 --subject "Hello in May" --markdown may.md --revision 3')
)
@click.argument("number", metavar="ID", type=int)
@click.option("--subject", default=None)
@content
@REVISION
@as_json
@database()
def save(number: int, revision: int | None, as_json: bool, **given: Any) -> None:
    """Save the draft, which may be unfinished. What isn't given stays as it is."""
    found = find(number)
    kept = drafts.save(found, _changes(given), revision=_meant(found, revision), by=None)
    _tell(kept, as_json=as_json)


def _meant(message: Message, revision: int | None) -> int:
    return drafts.current(message).revision if revision is None else revision


def _changes(given: dict[str, Any]) -> dict[str, Any]:
    """What was given, by the names of a draft's fields."""
    written = written_by(given)
    return {{"form": "format"}.get(name, name): value for name, value in written.items() if value}


@draft.command(epilog=examples("tidings message draft finish 31"))
@click.argument("number", metavar="ID", type=int)
@REVISION
@as_json
@database()
def finish(number: int, revision: int | None, as_json: bool) -> None:
    """Make the draft the next version. What is wrong with it is told, and it stays."""
    found = find(number)
    version = drafts.save_version(found, revision=_meant(found, revision), by=None)
    if as_json:
        print_json({"message": number, "version": version.number})
    else:
        click.echo(f"Version {version.number} of message {number} is saved.")


@draft.command(epilog=examples("tidings message draft discard 31 --yes"))
@click.argument("number", metavar="ID", type=int)
@REVISION
@click.option("--yes", is_flag=True, help="Discard without asking.")
@as_json
@database()
def discard(*, number: int, revision: int | None, yes: bool, as_json: bool) -> None:
    """Throw the draft away. The versions stay."""
    found = find(number)
    if not yes:
        click.confirm(f"Throw the draft of “{found}” away?", abort=True, err=True)
    drafts.discard(found, revision=_meant(found, revision), by=None)
    _tell(drafts.current(found), as_json=as_json)


@draft.command(epilog=examples("tidings message draft restore 31 2"))
@click.argument("number", metavar="ID", type=int)
@click.argument("version", type=click.IntRange(1))
@REVISION
@as_json
@database()
def restore(number: int, version: int, revision: int | None, as_json: bool) -> None:
    """Make what an old VERSION says the draft."""
    old = find_version(number, version)
    _tell(drafts.restore(old, revision=_meant(old.message, revision), by=None), as_json=as_json)


def _tell(kept: Draft, *, as_json: bool) -> None:
    facts = {name: getattr(kept, name) for name in FACTS} | {"changed_by": str(kept.changed_by or "")}
    print_json(facts) if as_json else print_facts(facts)
