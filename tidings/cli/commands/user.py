"""`tidings user` and `tidings api-key`: who operates Tidings, and their programs."""

import os
import sys
from pathlib import Path

import click

from tidings.accounts import actions
from tidings.accounts.models import ApiKey, User
from tidings.accounts.queries import find_user
from tidings.cli.ground import database
from tidings.cli.options import UnreadableFile, as_json, examples
from tidings.cli.output import print_json, print_rows
from tidings.kernel.errors import NotFound, TidingsError

PASSWORD_VARIABLE = "TIDINGS_PASSWORD"  # noqa: S105 - a name, not a password


class NoPassword(TidingsError):
    """There is no password. Give --password-file FILE, set TIDINGS_PASSWORD, or run this in a terminal."""


@click.group()
def user() -> None:
    """Create and list the people who operate Tidings."""


@user.command(
    epilog=examples(
        'tidings user create --email anna@example.org --name "Anna Ahrens"',
        "TIDINGS_PASSWORD=… tidings user create --email anna@example.org --name Anna --json",
    )
)
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--password-file", default=None, metavar="FILE", help="Its first line is the password.")
@as_json
@database()
def create(email: str, name: str, password_file: str | None, as_json: bool) -> None:
    """Create a user. The password comes from --password-file, from TIDINGS_PASSWORD, or is asked for."""
    made = actions.create_user(email, name, _password(password_file))
    if as_json:
        print_json(_of_user(made))
    else:
        click.echo(f"Created user {made.pk}: {made.name} <{made.email}>")


def _password(file: str | None) -> str:
    if file is not None:
        return _first_line(file)
    if os.environ.get(PASSWORD_VARIABLE):
        return os.environ[PASSWORD_VARIABLE]
    if not sys.stdin.isatty():
        raise NoPassword
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked


def _first_line(file: str) -> str:
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UnreadableFile(file=file, why=f"{error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(file=file, why="it is not UTF-8.") from error
    if not lines or not lines[0]:
        raise NoPassword
    return lines[0]


@user.command("list", epilog=examples("tidings user list --json"))
@as_json
@database()
def list_users(as_json: bool) -> None:
    """List users."""
    found = [_of_user(one) for one in User.objects.order_by("pk")]
    if as_json:
        print_json(found)
    else:
        print_rows(
            ("id", "email", "name", "active", "created"),
            (tuple(one.values()) for one in found),
            empty="There is no user yet. Make one with `tidings user create`.",
        )


def _of_user(one: User) -> dict[str, object]:
    return {
        "id": one.pk,
        "email": one.email,
        "name": one.name,
        "is_active": one.is_active,
        "created_at": one.created_at,
    }


@click.group("api-key")
def api_key() -> None:
    """Create, list and revoke keys with which programs use the API."""


@api_key.command("create", epilog=examples('tidings api-key create "Web shop" --user anna@example.org'))
@click.argument("name")
@click.option("--user", "email", required=True, metavar="EMAIL", help="In whose name the program acts.")
@as_json
@database()
def create_key(name: str, email: str, as_json: bool) -> None:
    """Create an API key. Its secret is shown this once."""
    key, secret = actions.create_api_key(find_user(email), name)
    if as_json:
        print_json(_of_key(key) | {"secret": secret})
    else:
        click.echo(f"Created API key {key.pk}. Keep its secret now, it can't be shown again:")
        click.echo(secret)


@api_key.command("list", epilog=examples("tidings api-key list"))
@as_json
@database()
def list_keys(as_json: bool) -> None:
    """List API keys, revoked ones as well."""
    found = [_of_key(key) for key in ApiKey.objects.select_related("user").order_by("pk")]
    if as_json:
        print_json(found)
    else:
        print_rows(
            ("id", "name", "begins with", "user", "created", "last used", "revoked"),
            (tuple(key.values()) for key in found),
            empty="There is no API key yet. Make one with `tidings api-key create`.",
        )


@api_key.command(epilog=examples("tidings api-key revoke 2"))
@click.argument("number", metavar="ID", type=int)
@as_json
@database()
def revoke(number: int, as_json: bool) -> None:
    """Revoke an API key: it stops working at once."""
    key = ApiKey.objects.select_related("user").filter(pk=number).first()
    if key is None:
        raise NotFound(thing="API key", ref=number)
    actions.revoke_api_key(key)
    key.refresh_from_db(fields=["revoked_at"])
    if as_json:
        print_json(_of_key(key))
    else:
        click.echo(f"API key {key.pk} ({key.name}) is revoked.")


def _of_key(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.pk,
        "name": key.name,
        "prefix": key.prefix,
        "user": key.user.email,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
