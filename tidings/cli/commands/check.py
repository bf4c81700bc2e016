"""`tidings check`: is everything ready for work?"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import click
from django.conf import settings

from tidings.channels.email.relay import Relay
from tidings.channels.email.relays import parse_relays
from tidings.channels.email.smtp import Connection
from tidings.cli import ground
from tidings.cli.exits import Exit
from tidings.cli.options import as_json, examples
from tidings.cli.output import print_json, print_rows
from tidings.kernel import db
from tidings.kernel.errors import TidingsError

OLDEST_SERVER = 16


@dataclass(frozen=True)
class Finding:
    """What was looked at, whether it is as it should be, and what was seen or is to be done."""

    part: str
    ok: bool
    detail: str


@click.command(epilog=examples("tidings check", "tidings check --json"))
@as_json
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Check configuration, database, migrations, relay and workers. Exit code 6 if something is amiss."""
    findings = list(_findings())
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        rows = ((f.part, "ok" if f.ok else "AMISS", f.detail) for f in findings)
        print_rows(("part", "state", "detail"), rows, empty="")
    ctx.exit(Exit.DONE if all(finding.ok for finding in findings) else Exit.ENDED_BADLY)


def _findings() -> Iterator[Finding]:
    environment = settings.ENVIRONMENT
    yield Finding("configuration", True, f"home {environment.home}, address {settings.BASE_URL}")
    yield _try("relay", _relay)
    try:
        with ground.server():
            yield _try("database", _database)
            yield _try("migrations", _migrations)
            yield _try("workers", _workers)
    except TidingsError as error:
        yield Finding("database", False, str(error))


def _try(part: str, look: Callable[[], tuple[bool, str]]) -> Finding:
    try:
        return Finding(part, *look())
    except TidingsError as error:
        return Finding(part, False, str(error))


def _database() -> tuple[bool, str]:
    major = int(db.value("SHOW server_version_num")) // 10_000
    kind = "embedded " if settings.ENVIRONMENT.uses_embedded_database else ""
    if major < OLDEST_SERVER:
        return False, f"PostgreSQL {major} is too old: Tidings needs {OLDEST_SERVER} or newer."
    return True, f"{kind}PostgreSQL {major}"


def _migrations() -> tuple[bool, str]:
    missing = ground.pending()
    return not missing, f"{len(missing)} are missing: run `tidings migrate`." if missing else "all applied"


def _relay() -> tuple[bool, str]:
    """Greets each relay and signs in, without sending anything."""
    addresses = settings.ENVIRONMENT.smtp_url
    if not addresses:
        return True, "none is set: the built-in mailbox catches all mail"
    relays = parse_relays(addresses)
    for relay in relays:
        asyncio.run(_greet(relay))
    return True, f"{' and '.join(map(str, relays))} {'answers' if len(relays) == 1 else 'answer'}"


async def _greet(relay: Relay) -> None:
    opened = await Connection.open(relay)
    await opened.close()


def _workers() -> tuple[bool, str]:
    count = ground.living_workers()
    return count > 0, f"{count} alive" if count else "none runs: start `tidings up` or `tidings worker`."
