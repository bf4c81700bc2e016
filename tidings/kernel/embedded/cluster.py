"""Makes the folders and the data of the server, and prepares them for a start."""

import contextlib
import errno
import os
import secrets
import shutil
import stat
import subprocess
from pathlib import Path

from tidings.kernel.embedded import binaries
from tidings.kernel.embedded.account import Account
from tidings.kernel.embedded.configuration import OPERATOR_FILE, settings_text
from tidings.kernel.embedded.errors import CreationFailed, FolderUnusable, OtherMajorVersion, PasswordMissing
from tidings.kernel.embedded.home import SUPERUSER, Home
from tidings.kernel.embedded.words import last_lines

# initdb's rules for text don't depend on the machine's libraries, so no index breaks by an update of those.
INITDB_OPTIONS = (
    f"--username={SUPERUSER}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--no-instructions",
)

# The server gets nothing of our own environment: a PGPORT or LC_ALL of the caller's would change it.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

PASSWORD_BYTES = 32

# A home that root makes must let the server's user through; what is secret in it has its own mode.
ROOT_FOLDER_MODE = 0o755
OWN_FOLDER_MODE = 0o700


def make_site(home: Home, account: Account) -> None:
    """The folder everything else lies in; several processes may do this at once."""
    mode = ROOT_FOLDER_MODE if account.switch else OWN_FOLDER_MODE
    for folder in (home.usual_site.parent, home.site):
        _make_open(folder, mode)
    if home.site != home.usual_site and not os.path.lexists(home.usual_site):
        with contextlib.suppress(FileExistsError):
            home.usual_site.symlink_to(home.site)
    if not account.can_reach(home.site):
        raise FolderUnusable(folder=home.site, user=account.name, reason="a folder above it is closed")
    _make_private(home.socket_dir, account)  # before anyone connects there: it may lie in /tmp


def require_password(home: Home) -> None:
    """Refuse to go on when there is data that nobody can get at."""
    if home.data.exists() and not home.password_file.exists():
        raise PasswordMissing(data=home.data, file=home.password_file)


def make_ready(home: Home, account: Account) -> Path:
    """Everything a start needs; returns the folder of the programs to start.

    Raises OtherMajorVersion, CreationFailed.
    """
    programs = binaries.runnable_bin_dir(account, home.site)
    _make_private(home.log, account)
    if home.data.exists():
        _check(home, binaries.version(programs))
    else:
        _create(home, account, programs)
    text = settings_text(home, build_options=binaries.build_options(programs))
    _write(home.settings_file, text, mode=0o644)
    return programs


def _make_open(folder: Path, mode: int) -> None:
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    for part in reversed(missing):
        with contextlib.suppress(FileExistsError):
            part.mkdir()
            part.chmod(mode)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def _make_private(folder: Path, account: Account) -> None:
    """A folder for the server alone; refuses one that somebody else has put there."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid not in {os.geteuid(), account.uid}:
        raise FolderUnusable(folder=folder, user=account.name, reason="it belongs to somebody else")
    account.take(folder)


def _check(home: Home, version: str) -> None:
    found = (home.data / "PG_VERSION").read_text().strip()
    ours = version.partition(".")[0]
    if found != ours:
        raise OtherMajorVersion(data=home.data, found=found, ours=ours)


def _create(home: Home, account: Account, programs: Path) -> None:
    """Make the data under another name first: data with its final name is always whole."""
    unfinished = home.site / "data.unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    if not home.password_file.exists():
        _write(home.password_file, secrets.token_urlsafe(PASSWORD_BYTES), mode=0o600)
    _make_private(unfinished, account)
    _initdb(home, unfinished, account, programs)
    with (unfinished / "postgresql.conf").open("a") as settings:
        settings.write(f"\ninclude '../{home.settings_file.name}'\ninclude_if_exists '../{OPERATOR_FILE}'\n")
    unfinished.rename(home.data)
    _sync(home.site)


def _initdb(home: Home, target: Path, account: Account, programs: Path) -> None:
    password = os.memfd_create("password")  # readable by the server's user, and never on a disk
    try:
        os.write(password, home.password_file.read_bytes())
        done = subprocess.run(
            [programs / "initdb", f"--pgdata={target}", f"--pwfile=/dev/fd/{password}", *INITDB_OPTIONS],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            cwd=target,
            env=ENVIRONMENT,
            pass_fds=[password],
            user=account.popen_user,
            group=account.popen_group,
            extra_groups=account.popen_groups,
        )
    finally:
        os.close(password)
    if done.returncode != 0:
        raise CreationFailed(data=home.data, output=last_lines(done.stdout))


def _write(path: Path, text: str, *, mode: int) -> None:
    """Replace a file as a whole and durably: a password lost to a power cut would lock us out."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=mode)
    with unfinished.open("w") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
