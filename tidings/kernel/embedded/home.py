"""Where everything of the embedded server lies, and how to connect to it."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from tidings.kernel.embedded.account import server_account
from tidings.kernel.embedded.errors import PasswordUnreadable

DATABASE = "tidings"
ROLE = "tidings"
SUPERUSER = "postgres"

# Part of the socket's file name only: the server listens on no network port.
PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"

# sockaddr_un holds 108 bytes with the closing zero.
LONGEST_SOCKET_PATH_BYTES = 107

# Not tempfile's idea of it: a service and a shell often differ in TMPDIR, and must meet at one socket.
SHORT_FOLDERS = Path("/tmp")  # noqa: S108 - made 0700, and refused when somebody else made it

# Data of a root-owned Tidings whose home the service user can't enter, such as one below /root.
ROOT_FOLDERS = Path("/var/lib")

_DIGEST_LETTERS = 16


class ConnectionParams(TypedDict):
    """Keyword arguments of psycopg's `connect`."""

    host: str
    port: int
    dbname: str
    user: str
    password: str


@dataclass(frozen=True)
class Home:
    """The folder `site` and the files in it; `name` tells this server from all others of the machine."""

    usual_site: Path
    site: Path
    name: str

    @property
    def data(self) -> Path:
        return self.site / "data"

    @property
    def log(self) -> Path:
        """A folder with one file per day of the week."""
        return self.site / "log"

    @property
    def start_log(self) -> Path:
        """What the server says before it writes into `log`."""
        return self.site / "start.log"

    @property
    def password_file(self) -> Path:
        return self.site / "password"

    @property
    def settings_file(self) -> Path:
        return self.site / "tidings.conf"

    @property
    def move_lock(self) -> Path:
        """Held by whoever starts or stops the server."""
        return self.site / "move.lock"

    @property
    def use_lock(self) -> Path:
        """Shared by all processes that need the server."""
        return self.site / "use.lock"

    @property
    def alive_lock(self) -> Path:
        """Held by the server's own processes, as long as one of them lives."""
        return self.site / "alive.lock"

    @property
    def socket_dir(self) -> Path:
        """Beside the data, unless that path is too long or has a comma (libpq: a list of hosts)."""
        beside = self.site / "socket"
        fits = len(os.fsencode(beside / SOCKET_NAME)) <= LONGEST_SOCKET_PATH_BYTES
        return beside if fits and "," not in str(beside) else SHORT_FOLDERS / self.name


def home_of(folder: Path) -> Home:
    """The places for the TIDINGS_HOME `folder`; looks, but creates nothing.

    The site is `<folder>/postgres`. When root starts it and the server's user can't enter `folder`
    (a home below /root), the site is `/var/lib/tidings-<hash of folder>` and `<folder>/postgres` becomes
    a link to it: the parents of a home are never opened, and a later change of them moves no data.
    """
    real = Path(os.path.realpath(folder))
    usual = real / "postgres"
    name = f"tidings-{hashlib.sha256(os.fsencode(real)).hexdigest()[:_DIGEST_LETTERS]}"
    return Home(usual_site=usual, site=_site(usual, name), name=name)


def _site(usual: Path, name: str) -> Path:
    if os.path.lexists(usual):
        return Path(os.path.realpath(usual))
    if os.geteuid() == 0 and not server_account(usual / "data").can_reach(usual):
        return ROOT_FOLDERS / name
    return usual


def connection_params(folder: Path) -> ConnectionParams:
    """How to connect to the embedded database of the TIDINGS_HOME `folder`, running or not.

    Before the very first start there is no password yet: it is empty then, so ask again after the start.
    """
    home = home_of(folder)
    return {
        "host": str(home.socket_dir),
        "port": PORT,
        "dbname": DATABASE,
        "user": ROLE,
        "password": read_password(home),
    }


def read_password(home: Home) -> str:
    """The password of our role; empty before the very first start. Raises PasswordUnreadable."""
    try:
        return home.password_file.read_text()
    except FileNotFoundError:
        return ""
    except PermissionError as error:
        raise PasswordUnreadable(file=home.password_file, reason=error.strerror) from error
