"""`tidings contact endpoint-add|endpoint-remove`."""

import click

from tidings.cli.ground import database
from tidings.cli.options import as_json, examples
from tidings.cli.output import print_json
from tidings.contacts import endpoints
from tidings.contacts.queries import find
from tidings.kernel.errors import NotFound


@click.command(
    "endpoint-add",
    epilog=examples("tidings contact endpoint-add anna@example.com f1Q9 --app 'Example Books'"),
)
@click.argument("address")
@click.argument("endpoint")
@click.option("--app", required=True, help="The app that shows the messages.")
@as_json
@database()
def endpoint_add(*, address: str, endpoint: str, app: str, as_json: bool) -> None:
    """Add a push endpoint to the contact who has ADDRESS: a token, or the address of a Web Push service."""
    made = endpoints.add(find(address), endpoint, app=app, by=None)
    if as_json:
        print_json({"id": made.pk, "app": made.app, "endpoint": made.endpoint, "created_at": made.created_at})
    else:
        click.echo(f"Contact {made.contact_id} is reached by push in {made.app}.")


@click.command(
    "endpoint-remove", epilog=examples("tidings contact endpoint-remove anna@example.com f1Q9 --json")
)
@click.argument("address")
@click.argument("endpoint")
@as_json
@database()
def endpoint_remove(address: str, endpoint: str, as_json: bool) -> None:
    """Take a push endpoint from the contact who has ADDRESS."""
    person = find(address)
    found = person.push_endpoints.filter(endpoint=endpoint.strip()).first()
    if found is None:
        raise NotFound(thing="push endpoint", ref=endpoint)
    endpoints.remove(person, found.pk, by=None)
    if as_json:
        print_json({"contact": person.pk, "endpoint": found.endpoint})
    else:
        click.echo(f"Contact {person.pk} isn't reached at this endpoint any more.")
