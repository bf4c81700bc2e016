"""`tidings up`, `migrate`, `web`, `worker`, `mailbox`: the processes that Tidings consists of.

Each of the long-running ones is a supervisor with children. A child is the same command with a hidden
option: `--fd`, a socket that its supervisor holds open so that a crash loses no connection, or `--one`.
"""

import os
import socket
import sys
from collections.abc import Mapping, Sequence

import click
from django.conf import settings
from django.db import connection
from django.urls import reverse

from tidings.accounts.actions import first_invitation
from tidings.channels.mailbox import catch
from tidings.cli import ground
from tidings.cli import worker as workers
from tidings.cli.options import as_json, examples
from tidings.cli.output import print_json
from tidings.kernel.embedded.server import Server
from tidings.kernel.errors import TidingsError
from tidings.kernel.supervise import Service, Supervisor, die_with_parent
from tidings.kernel.workers import MARK_VARIABLE, mark, name_of

LOCALHOST = "127.0.0.1"
WEB_PORT = 8000
MAILBOX_PORT = 2525
# One that sends for each core that we may use.
WORKERS = len(os.sched_getaffinity(0))
# One process with threads: pages wait for the database, not for the processor.
WEB_THREADS = 8
SENDING, LONG = "sending", "long"

APPLICATION = "tidings.config.wsgi:application"

PORT = click.IntRange(0, 65535)  # 0: any that is free
host_option = click.option(
    "--web-host", "host", default=LOCALHOST, show_default=True, help="Where to listen."
)
port_option = click.option("--web-port", "port", type=PORT, default=WEB_PORT, show_default=True)
workers_option = click.option(
    "--workers",
    "count",
    type=click.IntRange(1, 64),
    default=WORKERS,
    show_default=True,
    help="How many that send.",
)
inherited_socket = click.option("--fd", type=int, default=None, hidden=True)


class PortTaken(TidingsError):
    """Nothing can listen at {host}, port {port}: {why}. Choose another port or host."""


@click.command(epilog=examples("tidings up", "tidings up --web-port 8080 --workers 4"))
@host_option
@port_option
@workers_option
def up(host: str, port: int, count: int) -> None:
    """Run everything until Ctrl-C: database, migrations, web, workers, and the mailbox if no relay is set.

    Prints the address to open, and at the first start a link with which the first user is made.
    """
    with ground.server() as embedded, _listening(host, port) as door:
        ground.migrate()
        base = _tell_children_base_url(door)
        click.echo(_greeting(base))
        sys.stdout.flush()
        _supervise([_web(door.fileno()), *_workers_and_mailbox(count)], embedded)


@click.command(epilog=examples("tidings web", "tidings web --web-host 0.0.0.0 --web-port 8080"))
@host_option
@port_option
@inherited_socket
def web(host: str, port: int, fd: int | None) -> None:
    """Run the web server alone, until Ctrl-C."""
    if fd is not None:
        _become_web_server(fd)
    with ground.database() as embedded, _listening(host, port) as door:
        click.echo(f"The web server listens at {_tell_children_base_url(door)}")
        _supervise([_web(door.fileno())], embedded)


@click.command(epilog=examples("tidings worker", "tidings worker --workers 8"))
@workers_option
@click.option("--one", is_flag=True, hidden=True)
@click.option("--queue", type=click.Choice([SENDING, LONG]), default=SENDING, hidden=True)
def worker(count: int, one: bool, queue: str) -> None:
    """Run workers alone, until Ctrl-C: some that send, one for imports and exports.

    More machines are more of these, all on one database. Without a relay they bring the mailbox along.
    """
    if one:
        _work(queue)
        return
    die_with_parent()
    with ground.database() as embedded:
        _supervise(_workers_and_mailbox(count), embedded)


@click.command(epilog=examples("tidings mailbox --mailbox-port 2525"))
@click.option("--mailbox-host", "host", default=LOCALHOST, show_default=True, help="Where to listen.")
@click.option("--mailbox-port", "port", type=PORT, default=MAILBOX_PORT, show_default=True)
@inherited_socket
def mailbox(host: str, port: int, fd: int | None) -> None:
    """Run the built-in mailbox alone, until Ctrl-C: an SMTP server that catches everything."""
    if fd is not None:
        die_with_parent()
        with ground.server(), socket.socket(fileno=fd) as inherited:
            catch.run(inherited)
        return
    with ground.database() as embedded, _listening(host, port) as door:
        click.echo(
            f"The mailbox listens at {_url('smtp', door)}; give that to workers as TIDINGS_MAILBOX_URL."
        )
        _supervise([_mailbox(door.fileno())], embedded)


@click.command(epilog=examples("tidings migrate", "tidings migrate --json"))
@as_json
def migrate(as_json: bool) -> None:
    """Bring the database's tables up to date with this version of Tidings."""
    with ground.server():
        applied = ground.migrate()
    if as_json:
        print_json({"applied": applied})
    else:
        click.echo(f"Applied {len(applied)} migration(s)." if applied else "Nothing to do.")


def _work(queue: str) -> None:
    die_with_parent()
    with ground.server():
        workers.run(queue)


def _become_web_server(fd: int) -> None:
    """Replaces this process by gunicorn, which serves the socket that the supervisor opened."""
    die_with_parent()
    arguments = ["--bind", f"fd://{fd}", "--worker-class", "gthread", "--threads", str(WEB_THREADS)]
    # Its control socket would lie in the user's home, one for all installations of that user.
    os.execv(  # noqa: S606 - our own argument list
        sys.executable, [sys.executable, "-m", "gunicorn", APPLICATION, *arguments, "--no-control-socket"]
    )


def _supervise(services: Sequence[Service], embedded: Server | None) -> None:
    """Runs the services until a signal ends us; workers that die lose their leases at once."""
    connection.close()  # a forgotten one would sit idle for days
    every_second = embedded.keep_running if embedded else None
    code = Supervisor(services, on_exit=_release, every_second=every_second).run()
    click.get_current_context().exit(code)


def _release(service: Service, pid: int) -> None:
    if service.name.startswith("worker"):
        try:
            workers.release(name_of(pid))
        finally:
            connection.close()  # the next worker dies in an hour, when the database may have been restarted


def _web(fd: int) -> Service:
    return _service("web", "web", "--fd", str(fd), fds=(fd,))


def _mailbox(fd: int) -> Service:
    return _service("mailbox", "mailbox", "--fd", str(fd), fds=(fd,))


def _worker(name: str, queue: str, env: Mapping[str, str]) -> Service:
    return _service(f"worker {name}", "worker", "--one", "--queue", queue, env=env)


def _service(
    name: str, *words: str, fds: tuple[int, ...] = (), env: Mapping[str, str] | None = None
) -> Service:
    """One of our own commands as a child; `fds` stay open in it under their numbers."""
    return Service(name, [sys.executable, "-m", "tidings.cli.main", *words], env or {}, fds)


def _workers_and_mailbox(count: int) -> list[Service]:
    """`count` workers that send, one for the rest, and a mailbox unless there is a relay or one elsewhere."""
    env = {MARK_VARIABLE: mark()}
    services = []
    if not settings.ENVIRONMENT.smtp_url and not settings.ENVIRONMENT.mailbox_url:
        door = _listening(LOCALHOST, 0)
        env["TIDINGS_MAILBOX_URL"] = _url("smtp", door)
        services.append(
            _mailbox(door.detach())
        )  # open as long as this process: the mailbox may need it again
    services += [_worker(f"{SENDING} {number}", SENDING, env) for number in range(1, count + 1)]
    return [*services, _worker(LONG, LONG, env)]


def _listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections already; they wait until a child answers."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise PortTaken(host=host, port=port, why=error.strerror) from error


def _url(scheme: str, door: socket.socket) -> str:
    host, port = door.getsockname()[:2]
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _tell_children_base_url(door: socket.socket) -> str:
    """The address that links begin with, for our children: as configured, else where we listen."""
    return os.environ.setdefault("TIDINGS_BASE_URL", _url("http", door)).rstrip("/")


def _greeting(base: str) -> str:
    token = first_invitation()
    greeting = f"Tidings runs at {base} - stop it with Ctrl-C."
    if token is None:
        return greeting
    welcome = reverse("web:welcome", args=[token])
    return f"{greeting}\nMake the first user, once, within a week: {base}{welcome}"
