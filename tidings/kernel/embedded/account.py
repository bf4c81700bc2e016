"""Which user of the operating system the server runs as: PostgreSQL refuses to run as root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from tidings.kernel.embedded.errors import FolderUnusable

# As root we run the server as the first of these that exists; `nobody` is there on every system.
SERVICE_USERS = ("postgres", "nobody")

_ENTER = 0o1
_READ_AND_RUN = 0o5


@dataclass(frozen=True)
class Account:
    """A user of the operating system; `switch` when we are root and have to become this user."""

    name: str
    uid: int
    gid: int
    switch: bool

    @property
    def popen_user(self) -> int | None:
        return self.uid if self.switch else None

    @property
    def popen_group(self) -> int | None:
        return self.gid if self.switch else None

    @property
    def popen_groups(self) -> list[int] | None:
        """No further groups: root's own would go along otherwise."""
        return [] if self.switch else None

    def take(self, path: Path) -> None:
        """Make this user the owner of what we just created."""
        if self.switch:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_reach(self, folder: Path) -> bool:
        """Whether this user may go down to `folder`. What doesn't exist yet is made by us, open to enter."""
        return all(self._may(part, _ENTER) for part in (folder, *folder.parents) if part.exists())

    def can_run(self, program: Path) -> bool:
        real = program.resolve()
        return self.can_reach(real.parent) and self._may(real, _READ_AND_RUN)

    def _may(self, path: Path, wanted: int) -> bool:
        if not self.switch:
            return True  # not ours to guess: the system tells when we try
        facts = path.stat()
        shift = 6 if facts.st_uid == self.uid else 3 if facts.st_gid == self.gid else 0
        return (facts.st_mode >> shift) & wanted == wanted


def server_account(data: Path) -> Account:
    """Who runs the server on `data`: we ourselves; as root the owner of that folder, else a service user."""
    if os.geteuid() != 0:
        return Account(_name(os.geteuid()), os.geteuid(), os.getegid(), switch=False)
    owner = data.stat().st_uid if data.exists() else 0
    if owner == 0:
        return _service_account(data)
    return Account(_name(owner), owner, data.stat().st_gid, switch=True)


def _service_account(data: Path) -> Account:
    for name in SERVICE_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid, switch=True)
    reason = f"PostgreSQL refuses to run as root, and there is no user named {' or '.join(SERVICE_USERS)}"
    raise FolderUnusable(folder=data, user="root", reason=reason)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
