"""`tidings moderation`: what awaits an approval."""

import click

from tidings.accounts.queries import find_user
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples
from tidings.cli.output import print_json, print_rows
from tidings.moderation import actions, queries
from tidings.moderation.models import Request
from tidings.sendouts.approval import fingerprint

number = click.argument("number", metavar="ID", type=int)
as_user = click.option("--user", "email", required=True, metavar="EMAIL", help="The approver who decides.")


@click.group()
def moderation() -> None:
    """List what awaits an approval, approve it, reject it. The first decision counts."""


@moderation.command("list", epilog=examples("tidings moderation list", "tidings moderation list --json"))
@as_json
@database()
def list_requests(as_json: bool) -> None:
    """List the sendouts that somebody is to decide about."""
    rows = [_of_request(one) for one in queries.open_requests().order_by("pk")]
    if as_json:
        print_json(rows)
        return
    columns = ("id", "sendout", "group", "asks", "subject", "asked_by", "asked_at", "scheduled_at")
    print_rows(
        columns, ([one[name] for name in columns] for one in rows), empty="Nothing awaits an approval."
    )


@moderation.command(epilog=examples("tidings moderation approve 5 --user anna@example.org"))
@number
@as_user
@as_json
@database()
def approve(number: int, email: str, as_json: bool) -> None:
    """Approve request ID as it is now: its sendout goes."""
    found = queries.find(number)
    actions.approve(found, fingerprint(found.sendout), by=find_user(email))
    _tell(number, "Approved", as_json=as_json)


@moderation.command(
    epilog=examples('tidings moderation reject 5 --user anna@example.org --comment "Old price"')
)
@number
@as_user
@click.option("--comment", required=True, help="Why; its author is told.")
@as_json
@database()
def reject(number: int, email: str, comment: str, as_json: bool) -> None:
    """Reject request ID: its sendout ends for good."""
    actions.reject(queries.find(number), comment, by=find_user(email))
    _tell(number, "Rejected", as_json=as_json)


def _tell(number: int, done: str, *, as_json: bool) -> None:
    found = _of_request(queries.find(number))
    if as_json:
        print_json(found)
    else:
        click.echo(f"{done}: sendout {found['sendout']} of “{found['subject']}” to {found['group']}.")


def _of_request(one: Request) -> dict[str, object]:
    sendout = one.sendout
    return {
        "id": one.pk,
        "sendout": sendout.pk,
        "state": one.state,
        "group": sendout.group_name,
        "asks": one.group.name,
        "subject": sendout.version.subject,
        "asked_by": one.asked_by.email if one.asked_by else None,
        "asked_at": one.asked_at,
        "scheduled_at": sendout.scheduled_at,
        "decided_by": one.decided_by.email if one.decided_by else None,
        "decided_at": one.decided_at,
        "comment": one.comment,
    }
