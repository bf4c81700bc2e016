"""What the environment says, read once and checked: the names of all settings and their defaults.

Every setting is an environment variable `TIDINGS_…` (and `DATABASE_URL`), so that a container, a unit file and a shell
set it in the same way. `docs/reference/settings.md` lists them; a test keeps both alike.
"""

import math
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from tidings.kernel.errors import TidingsError

MESSAGES_A_DAY_AT_MOST = 1_000


class BadSetting(TidingsError):
    """{name}={value} is not usable: {why}."""


def _text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def _seconds(name: str, default: float) -> float:
    value = _text(name, str(default))
    seconds = _positive(value)
    if seconds is None:
        raise BadSetting(name=name, value=value, why="a number of seconds above zero is wanted")
    return seconds


def _optional_seconds(name: str) -> float | None:
    return _seconds(name, 1) if _text(name) else None


def _positive(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 < number < math.inf else None


def _count(name: str, default: int) -> int:
    value = _text(name, str(default))
    if not value.isdecimal() or int(value) < 1:
        raise BadSetting(name=name, value=value, why="a whole number above zero is wanted")
    return int(value)


def _limit(name: str, default: int) -> int:
    value = _text(name, str(default))
    if not value.isdecimal() or int(value) > MESSAGES_A_DAY_AT_MOST:
        raise BadSetting(
            name=name, value=value, why=f"0 to {MESSAGES_A_DAY_AT_MOST} is wanted; 0 is no limit"
        )
    return int(value)


def _country(name: str) -> str:
    value = _text(name).upper()
    if value and not (len(value) == 2 and value.isascii() and value.isalpha()):  # noqa: PLR2004 - ISO 3166
        raise BadSetting(name=name, value=value, why="a country's two letters are wanted, such as DE")
    return value


def _resolution(name: str, default: str) -> str:
    value = _text(name, default).lower()
    if value not in {"resend", "skip"}:
        raise BadSetting(name=name, value=value, why="resend or skip is wanted")
    return value


def _pauses(name: str, default: str) -> tuple[float, ...]:
    value = _text(name, default)
    pauses = [_positive(part) for part in value.split(",")]
    if None in pauses:
        raise BadSetting(name=name, value=value, why="seconds above zero are wanted, separated by commas")
    return tuple(pause for pause in pauses if pause is not None)


def _switch(name: str) -> bool:
    return _text(name).lower() in {"1", "true", "yes", "on"}


@dataclass(frozen=True)
class Environment:
    """All settings of one process. Seconds are floats, sizes are counts."""

    home: Path = field(default_factory=lambda: Path(_text("TIDINGS_HOME", "var")).absolute())
    database_url: str = field(default_factory=lambda: _text("DATABASE_URL"))
    smtp_url: str = field(default_factory=lambda: _text("TIDINGS_SMTP_URL"))
    # Set by the supervisor for its workers: where the built-in mailbox listens.
    mailbox_url: str = field(default_factory=lambda: _text("TIDINGS_MAILBOX_URL"))
    mailbox_keeps: int = field(default_factory=lambda: _count("TIDINGS_MAILBOX_KEEPS", 1_000))
    base_url: str = field(
        default_factory=lambda: _text("TIDINGS_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    )
    # Who mails to users of Tidings come from; empty: `tidings` at the host of the base URL.
    notices_from: str = field(default_factory=lambda: _text("TIDINGS_NOTICES_FROM"))
    hosts: str = field(default_factory=lambda: _text("TIDINGS_HOSTS", "localhost,127.0.0.1,[::1]"))
    secret_key: str = field(default_factory=lambda: _text("TIDINGS_SECRET_KEY"))
    time_zone: str = field(default_factory=lambda: _text("TIDINGS_TIME_ZONE", "UTC"))
    country: str = field(default_factory=lambda: _country("TIDINGS_COUNTRY"))
    debug: bool = field(default_factory=lambda: _switch("TIDINGS_DEBUG"))
    # A lease outlives six missed heartbeats; a lost worker's work is taken over within one lease and one look.
    lease_seconds: float = field(default_factory=lambda: _seconds("TIDINGS_LEASE_SECONDS", 30))
    heartbeat_seconds: float = field(default_factory=lambda: _seconds("TIDINGS_HEARTBEAT_SECONDS", 5))
    recover_seconds: float = field(default_factory=lambda: _seconds("TIDINGS_RECOVER_SECONDS", 10))
    # For every wait of an SMTP conversation, instead of what the relay's URL says or RFC 5321 asks.
    smtp_timeout_seconds: float | None = field(
        default_factory=lambda: _optional_seconds("TIDINGS_SMTP_TIMEOUT_SECONDS")
    )
    # How long a carrier may be away before a sendout pauses itself and says so.
    carrier_patience_seconds: float = field(
        default_factory=lambda: _seconds("TIDINGS_CARRIER_PATIENCE_SECONDS", 120)
    )
    retry_pauses_seconds: tuple[float, ...] = field(
        default_factory=lambda: _pauses("TIDINGS_RETRY_PAUSES_SECONDS", "60,300,900,3600,14400,28800,36000")
    )
    # What becomes of e-mails that may or may not have gone out when a worker died, unless their group says otherwise.
    in_doubt: str = field(default_factory=lambda: _resolution("TIDINGS_IN_DOUBT", "resend"))
    # Refusals that aren't about the recipients, less acceptances, after which a carrier is mistrusted.
    carrier_refusals: int = field(default_factory=lambda: _count("TIDINGS_CARRIER_REFUSALS", 25))
    # The longest average pause between two messages to a domain that puts mail off.
    domain_pause_seconds: float = field(default_factory=lambda: _seconds("TIDINGS_DOMAIN_PAUSE_SECONDS", 1))
    # Messages a contact gets of all groups in a day at most; 0 is no limit.
    daily_limit: int = field(default_factory=lambda: _limit("TIDINGS_DAILY_LIMIT", 9))
    batch_size: int = field(default_factory=lambda: _count("TIDINGS_BATCH_SIZE", 1_000))
    slice_rows: int = field(default_factory=lambda: _count("TIDINGS_SLICE_ROWS", 50_000))

    @property
    def uses_embedded_database(self) -> bool:
        return not self.database_url

    def uploads(self) -> Path:
        """Where an upload waits until it is stored; made if it is missing."""
        path = self.home / "uploads"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def secret(self) -> str:
        """The signing key: from the environment, else made once and kept in the home folder (0600)."""
        if self.secret_key:
            return self.secret_key
        path = self.home / "secret.key"
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(48))
        return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    """Two processes that start together must end with one key: the first to link its file wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
