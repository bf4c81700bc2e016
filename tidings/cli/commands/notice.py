"""`tidings notice`: what Tidings told a user."""

import click

from tidings.accounts.queries import find_user
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples
from tidings.cli.output import print_json, print_rows
from tidings.notices import actions, queries
from tidings.notices.models import Notice

NEWEST = 50
of_user = click.option("--user", "email", required=True, metavar="EMAIL", help="Whose notices.")


@click.group()
def notice() -> None:
    """List notices to a user, and mark them as read."""


@notice.command("list", epilog=examples("tidings notice list --user anna@example.org --unread"))
@of_user
@click.option("--unread", is_flag=True, help="Only those that weren't read.")
@as_json
@database()
def list_notices(email: str, unread: bool, as_json: bool) -> None:
    """List the newest notices to a user."""
    found = queries.notices_of(find_user(email), unread_only=unread).order_by("-pk")[:NEWEST]
    rows = [_of_notice(one) for one in found]
    if as_json:
        print_json(rows)
        return
    shown = ((one["id"], one["subject"], one["created_at"], one["read_at"], one["state"]) for one in rows)
    print_rows(("id", "subject", "created", "read", "mail"), shown, empty="There is nothing to tell.")


@notice.command(epilog=examples("tidings notice read --user anna@example.org"))
@of_user
@as_json
@database()
def read(email: str, as_json: bool) -> None:
    """Mark all notices to a user as read."""
    number = actions.mark_read(find_user(email))
    if as_json:
        print_json({"read": number})
    else:
        click.echo(f"{number} notice(s) marked as read.")


def _of_notice(one: Notice) -> dict[str, object]:
    return {
        "id": one.pk,
        "subject": one.subject,
        "body": one.body,
        "path": one.path,
        "created_at": one.created_at,
        "read_at": one.read_at,
        "state": one.state,
        "reason": one.reason,
    }
