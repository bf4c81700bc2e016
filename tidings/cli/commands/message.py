"""`tidings message`: what is said, in versions."""

from typing import Any

import click
from django.db import transaction

from tidings.cli.commands import message_checks, message_drafts
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples
from tidings.cli.output import note, print_facts, print_json, print_rows
from tidings.cli.written import content, written_by
from tidings.messaging import actions, queries
from tidings.messaging.builtin import TEMPLATES, builtin
from tidings.messaging.difference import Piece, difference
from tidings.messaging.models import Message, Version

COLUMNS = ("id", "name", "purpose", "version", "subject", "written_at", "is_template", "archived_at")
VERSION = ("number", "subject", "format", "created_by", "created_at")
MARKS = {"same": "{}", "added": "{{+{}+}}", "removed": "[-{}-]", "left out": "… {} …"}
COLOURS = {"added": "green", "removed": "red"}


@click.group()
def message() -> None:
    """Write, draft, list, show, check, preview, compare, copy, archive and delete messages.

    ID is a message's number.
    """


@message.command(
    epilog=examples(
        'tidings message create "May" --subject "Hello {{ contact.first_name }}" --markdown may.md',
        'tidings message create "June" --template newsletter --json',
    )
)
@click.argument("name")
@click.option("--subject", default="", help="Needed, unless a template brings one.")
@content
@click.option(
    "--template", default=None, metavar="KEY", help="Begin with a built-in template: see `templates`."
)
@click.option("--purpose", type=click.Choice(Message.Purpose.values), default="marketing", show_default=True)
@click.option("--language", default="", metavar="CODE", help="Of the text, such as de.")
@click.option("--description", default="")
@click.option("--is-template", is_flag=True, help="A start for other messages; it can't be sent.")
@as_json
@database()
def create(name: str, template: str | None, as_json: bool, **given: Any) -> None:
    """Create a message called NAME with its first version."""
    about = {key: given.pop(key) for key in ("purpose", "language", "description", "is_template")}
    written = written_by(given)
    if template is not None:
        start = builtin(template)
        written = {"form": start.format, "source": start.source} | written
        written |= {field: written[field] or getattr(start, field) for field in ("subject", "preview_text")}
    with transaction.atomic():
        made = actions.create(name, **about, by=None)
        version = actions.write(name, **written, by=None, message=made)
    _tell(version, "Created", as_json=as_json)


@message.command(epilog=examples('tidings message write 31 --subject "Hello again" --html may.html'))
@click.argument("number", metavar="ID", type=int)
@click.option("--subject", required=True)
@content
@as_json
@database()
def write(number: int, as_json: bool, **given: Any) -> None:
    """Add a version, which becomes the current one. Sendouts keep theirs."""
    found = queries.find(number)
    version = actions.write(found.name, **written_by(given), by=None, message=found)
    _tell(version, "Written:", as_json=as_json)


@message.command(epilog=examples("tidings message edit 31 --purpose service --language de"))
@click.argument("number", metavar="ID", type=int)
@click.option("--name", default=None)
@click.option("--description", default=None)
@click.option("--purpose", type=click.Choice(Message.Purpose.values), default=None)
@click.option("--language", default=None, metavar="CODE")
@as_json
@database()
def edit(number: int, as_json: bool, **given: str | None) -> None:
    """Change what is known about a message; its versions stay."""
    found = queries.find(number)
    about = {key: getattr(found, key) if value is None else value for key, value in given.items()}
    actions.describe(found, **about, by=None)
    _tell_about(queries.find(number), "is changed", as_json=as_json)


@message.command("list", epilog=examples("tidings message list", "tidings message list --search may --json"))
@click.option("--search", default="", help="A part of the name or subject.")
@click.option("--purpose", type=click.Choice(Message.Purpose.values), default=None)
@click.option("--templates", is_flag=True, help="Only templates.")
@click.option("--archived", "is_archived", is_flag=True, help="Archived ones instead of the others.")
@click.option(
    "--sort",
    type=click.Choice(list(queries.ORDERS)),
    default="newest",
    show_default=True,
    help="By when they were made, by name, or written last.",
)
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True)
@as_json
@database()
def list_messages(
    *,
    limit: int,
    sort: str,
    templates: bool,
    as_json: bool,
    search: str,
    purpose: str | None,
    is_archived: bool,
) -> None:
    """List messages, the newest first."""
    chosen = queries.listed(
        search, purpose=purpose or "", is_template=templates or None, is_archived=is_archived
    )
    found = [_about(one) for one in queries.ordered(chosen, sort)[:limit]]
    if as_json:
        print_json(found)
    else:
        rows = ([one[column] for column in COLUMNS] for one in found)
        print_rows(COLUMNS, rows, empty="None. Write one with `tidings message create`.")


@message.command(epilog=examples("tidings message show 31", "tidings message show 31 --part html > may.html"))
@click.argument("number", metavar="ID", type=int)
@click.option("--version", type=int, default=None, help="Instead of the current one.")
@click.option("--part", type=click.Choice(["source", "html", "text"]), default=None, help="Print it alone.")
@as_json
@database()
def show(number: int, version: int | None, part: str | None, as_json: bool) -> None:
    """Show a message and what a version of it says."""
    found = queries.find_version(number, version)
    facts = _about(found.message) | _said(found)
    if part:
        click.echo(facts[part], nl=False)
    elif as_json:
        print_json(facts)
    else:
        print_facts({name: value for name, value in facts.items() if name not in {"html", "source"}})


@message.command(epilog=examples("tidings message versions 31 --json"))
@click.argument("number", metavar="ID", type=int)
@as_json
@database()
def versions(number: int, as_json: bool) -> None:
    """List the versions of a message, the current one first."""
    newest = queries.find(number).versions.select_related("created_by").order_by("-number")
    found = [_said(version) for version in newest]
    if as_json:
        print_json(found)
    else:
        print_rows(VERSION, ([one[column] for column in VERSION] for one in found), empty="None yet.")


@message.command(epilog=examples("tidings message diff 31 1 2"))
@click.argument("number", metavar="ID", type=int)
@click.argument("old", type=int)
@click.argument("new", type=int)
@as_json
@database()
def diff(number: int, old: int, new: int, as_json: bool) -> None:
    """Say what changed from version OLD to version NEW, word by word."""
    changed = difference(queries.find_version(number, old), queries.find_version(number, new))
    if as_json:
        print_json(
            [{"part": one.part, "pieces": [piece._asdict() for piece in one.pieces]} for one in changed]
        )
        return
    for one in changed:
        click.secho(one.part, bold=True)
        click.echo("".join(map(_marked, one.pieces)))
    if not changed:
        note("Both versions say the same.")


@message.command(
    epilog=examples('tidings message copy 31 "June"', 'tidings message copy 31 "Ours" --is-template')
)
@click.argument("number", metavar="ID", type=int)
@click.argument("name")
@click.option("--version", type=int, default=None, help="Instead of the current one.")
@click.option("--is-template", is_flag=True, help="Make a template of it.")
@as_json
@database()
def copy(number: int, name: str, version: int | None, is_template: bool, as_json: bool) -> None:
    """Make a message called NAME that says the same."""
    source = queries.find_version(number, version)
    _tell(actions.copy(source, name, is_template=is_template, by=None), "Copied to", as_json=as_json)


@message.command(epilog=examples("tidings message archive 31"))
@click.argument("number", metavar="ID", type=int)
@as_json
@database()
def archive(number: int, as_json: bool) -> None:
    """Take a message out of the lists; it can't be sent until it is activated."""
    _tell_about(actions.archive(queries.find(number), by=None), "is archived", as_json=as_json)


@message.command(epilog=examples("tidings message activate 31"))
@click.argument("number", metavar="ID", type=int)
@as_json
@database()
def activate(number: int, as_json: bool) -> None:
    """Take an archived message back into use."""
    _tell_about(actions.activate(queries.find(number), by=None), "is active", as_json=as_json)


@message.command(epilog=examples("tidings message delete 31 --yes"))
@click.argument("number", metavar="ID", type=int)
@click.option("--yes", is_flag=True, help="Delete without asking.")
@as_json
@database()
def delete(number: int, yes: bool, as_json: bool) -> None:
    """Delete a message that was never sent, with all its versions."""
    found = queries.find(number)
    if not yes:
        click.confirm(f"Delete “{found}” with all its versions?", abort=True, err=True)
    actions.delete(found, by=None)
    if as_json:
        print_json({"id": number, "name": found.name})
    else:
        click.echo(f"Deleted message {number}: {found}")


@message.command(epilog=examples("tidings message templates --json"))
@as_json
@database()
def templates(as_json: bool) -> None:
    """List the templates that come with Tidings."""
    found = [{"key": one.key, "name": one.name, "description": one.description} for one in TEMPLATES]
    if as_json:
        print_json(found)
    else:
        print_rows(tuple(found[0]), ([*one.values()] for one in found), empty="")


def _about(one: Message) -> dict[str, Any]:
    fields = ("id", "name", "description", "purpose", "language", "is_template", "archived_at", "created_at")
    newest = {"version": "number", "subject": "subject", "written_at": "written_at"}
    known = {name: getattr(one, field) for name, field in newest.items() if hasattr(one, field)}
    return {field: getattr(one, field) for field in fields} | known


def _said(version: Version) -> dict[str, Any]:
    fields = (
        "number",
        "subject",
        "preview_text",
        "format",
        "source",
        "html",
        "text",
        "text_is_own",
        "created_at",
    )
    return {field: getattr(version, field) for field in fields} | {
        "created_by": str(version.created_by or "")
    }


def _marked(piece: Piece) -> str:
    marked = MARKS[piece.kind].format(piece.text)
    return click.style(marked, fg=COLOURS[piece.kind]) if piece.kind in COLOURS else marked


def _tell(version: Version, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_about(version.message) | _said(version))
    else:
        click.echo(f"{what} message {version.message_id}, version {version.number}: {version.message}")


def _tell_about(found: Message, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_about(found))
    else:
        click.echo(f"Message {found.pk} {what}: {found}")


for command in (*message_checks.COMMANDS, message_drafts.draft):
    message.add_command(command)
