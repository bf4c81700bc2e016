"""`tidings message check` and `tidings message preview`: looking at a message before it is sent."""

from dataclasses import asdict

import click

from tidings.cli.ground import database
from tidings.cli.options import as_json, examples, group_of
from tidings.cli.output import print_json, print_rows
from tidings.messaging.checks.findings import errors
from tidings.messaging.queries import find_version
from tidings.sendouts.checks import findings
from tidings.sendouts.errors import MessageBroken
from tidings.sendouts.preview import as_whom
from tidings.sendouts.preview import preview as make_preview
from tidings.sendouts.served import shown_in

HEAD = {
    "sender": "From",
    "reply_to": "Reply-To",
    "to": "To",
    "subject": "Subject",
    "preview_text": "Preview text",
}
SHOWN = ("severity", "place", "problem", "mend")


@click.command(
    epilog=examples("tidings message check 31 --group news@example.org", "tidings message check 31 --json")
)
@click.argument("number", metavar="ID", type=int)
@click.option(
    "--group", "ref", metavar="GROUP", default=None, help="With its header, footer, attributes and members."
)
@click.option("--version", type=click.IntRange(1), default=None, help="Without it the current one.")
@as_json
@database()
def check(number: int, ref: str | None, version: int | None, as_json: bool) -> None:
    """List what to look at before message ID is sent. Exit code 3 if something keeps it from being sent."""
    found = findings(find_version(number, version), group_of(ref) if ref is not None else None)
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        rows = [[getattr(one, name) for name in SHOWN] for one in found]
        print_rows(SHOWN, rows, empty="Nothing stands out.")
    if broken := errors(found):
        raise MessageBroken(problems=" ".join(map(str, broken)))


@click.command(
    epilog=examples(
        "tidings message preview 31 --group news@example.org --contact anna@example.com",
        "tidings message preview 31 --group 1 --without contact.city",
        "tidings message preview 31 --group all@example.org --subgroup berlin@example.org",
        "tidings message preview 31 --group 1 --html > copy.html",
    )
)
@click.argument("number", metavar="ID", type=int)
@click.option("--group", "ref", metavar="GROUP", required=True)
@click.option("--contact", "identity", metavar="CONTACT", default="", help="Without it the first member.")
@click.option(
    "--without",
    metavar="PLACEHOLDER",
    default="",
    help="The next member without a value for it, from there on.",
)
@click.option("--version", type=click.IntRange(1), default=None, help="Without it the current one.")
@click.option("--subgroup", default="", help="In a SuperGroup: as which subgroup; without it the first.")
@click.option("--html", is_flag=True, help="Print the HTML part alone, as it would be sent.")
@as_json
@database()
def preview(
    *,
    number: int,
    ref: str,
    identity: str,
    without: str,
    version: int | None,
    subgroup: str,
    html: bool,
    as_json: bool,
) -> None:
    """Show message ID as one contact would get it in a group. Nothing is sent."""
    group = group_of(ref)
    part = shown_in(group, subgroup)
    contact = as_whom(part, identity, without=without)
    shown = make_preview(find_version(number, version), part, contact, within=group)
    if as_json:
        print_json({"contact": contact.pk, **asdict(shown)})
    elif html:
        click.echo(shown.html or "")
    else:
        facts = asdict(shown)
        click.echo("\n".join(f"{label}: {facts[name]}" for name, label in HEAD.items() if facts[name]))
        click.echo(f"\n{shown.text or shown.html}")


COMMANDS = (check, preview)
