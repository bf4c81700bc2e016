"""Options and kinds of arguments that several commands share."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from email.utils import getaddresses
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeVar

import click
from django.utils import timezone

from tidings.groups.models import Group
from tidings.groups.queries import find
from tidings.kernel.errors import TidingsError
from tidings.sendouts.timetable import read_speed, read_window

Command = TypeVar("Command", bound=Callable[..., Any])


class UnreadableFile(TidingsError):
    """{file} can't be read: {why}"""


class Sender(NamedTuple):
    """Who a message comes from; an empty part is filled by the group."""

    name: str
    address: str


_TIME_OF_DAY = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d")


class _When(click.ParamType[datetime]):
    """`2026-11-24T09:00`, with or without a zone; without one it is Tidings' own (TIDINGS_TIME_ZONE).

    `09:00` is the next time that it is so late.
    """

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        if _TIME_OF_DAY.fullmatch(value.strip()):
            return _next(value.strip())
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            return self._wrong(value, param, ctx)
        if ":" not in value:  # a bare date would silently mean midnight
            return self._wrong(value, param, ctx)
        return moment if moment.tzinfo else timezone.make_aware(moment)

    def _wrong(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> NoReturn:
        self.fail(
            f"“{value}” is not a time. Write it like 09:00, 2026-11-24T09:00 or 2026-11-24T09:00+01:00.",
            param,
            ctx,
        )


def _next(text: str) -> datetime:
    now = timezone.localtime()
    wanted = time.fromisoformat(text.zfill(5))
    day = now.date() if wanted > now.time() else now.date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, wanted))


class _ColumnTarget(click.ParamType[tuple[str, str]]):
    """`COL=FIELD`, as (column, field). The column may hold a `=`, a field never does."""

    name = "COL=FIELD"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        column, equals, field = value.rpartition("=")
        if not equals or not column or not field.strip():
            self.fail(
                f'“{value}” doesn\'t say which column goes where. Write it like "E-mail=email".', param, ctx
            )
        return column, field.strip()


class _NamedValue(click.ParamType[tuple[str, str]]):
    """`NAME=VALUE`. The value may hold a `=`, and may be empty."""

    name = "NAME=VALUE"

    def __init__(self, what: str, example: str) -> None:
        self._what, self._example = what, example

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, equals, given = value.partition("=")
        if not equals or not name.strip():
            self.fail(f"“{value}” doesn't name {self._what}. Write it like “{self._example}”.", param, ctx)
        return name.strip(), given


class _Setting(click.ParamType[tuple[str, str]]):
    """`TAB.SETTING=VALUE`, as (path, value)."""

    name = "TAB.SETTING=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        path, equals, setting = value.partition("=")
        if not equals or "." not in path:
            self.fail(f"“{value}” is no setting. Write it like subscription.pending_days=7.", param, ctx)
        return path.strip(), setting


class _Pace(click.ParamType[dict[str, object]]):
    """A speed or a window, as the settings of a group that it stands for."""

    def __init__(self, name: str, read: Callable[[str], dict[str, object] | None], example: str) -> None:
        self.name, self._read, self._example = name, read, example

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, object]:
        if isinstance(value, dict):
            return value
        found = self._read(value)
        if found is None:
            self.fail(f"“{value}” can't be read. Write it like {self._example}.", param, ctx)
        return found


class _Sender(click.ParamType[Sender]):
    """`news@example.org` or `Name <news@example.org>`."""

    name = "SENDER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Sender:
        if isinstance(value, Sender):
            return value
        found = getaddresses([value])
        name, address = found[0] if len(found) == 1 else ("", "")
        if "@" not in address:
            self.fail(f'“{value}” is not a sender. Write it like "Name <news@example.org>".', param, ctx)
        return Sender(name, address)


class _TextFile(click.ParamType[str]):
    """A file's text. It must be UTF-8: a guess would show broken letters to everyone who gets the message."""

    name = "FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 - click's signature
        try:
            return Path(value).read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise UnreadableFile(file=value, why=f"{error.strerror}.") from error
        except UnicodeDecodeError as error:
            why = f"it is not UTF-8 (byte {error.start + 1:,} can't be decoded). Save it as UTF-8."
            raise UnreadableFile(file=value, why=why) from error


WHEN = _When()
SPEED = _Pace("SPEED", read_speed, "20000/h, 6h (spread over six hours) or fastest")
WINDOW = _Pace("WINDOW", read_window, "08:00-20:00 or always")
COLUMN_TARGET = _ColumnTarget()
ATTRIBUTE = _NamedValue("an attribute", "city=Berlin")
PARAMETER = _NamedValue("a parameter", "order=A-1042")
SENDER = _Sender()
SETTING = _Setting()
TEXT_FILE = _TextFile()


def as_json(command: Command) -> Command:
    """Adds `--json`."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print JSON. Errors on stderr are JSON as well."
    )(command)


def examples(*lines: str) -> str:
    """The end of a command's help: lines that can be pasted."""
    return "\n".join(["\b", "Examples:" if len(lines) > 1 else "Example:", *(f"  {line}" for line in lines)])


def group_of(ref: str) -> Group:
    """The group that an argument GROUP names by its id or address; raises `NotFound`."""
    return find(ref)


def of_a_new_group(command: Command) -> Command:
    """Adds NAME and what else a group or a SuperGroup has from its start."""
    for add in reversed(
        (
            click.argument("name"),
            click.option(
                "--channel",
                type=click.Choice(Group.Channel.values),
                default=Group.Channel.EMAIL.value,
                show_default=True,
            ),
            click.option(
                "--address",
                default="",
                metavar="LOCAL@DOMAIN",
                help="Its identity and sender; by e-mail it needs one of its own.",
            ),
            click.option("--category", default="", help="Made if there is none of that name."),
            click.option("--description", default=""),
        )
    ):
        command = add(command)
    return command
