"""What commands print: JSON for programs, tables for people. Nothing is cut to fit."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import click
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

# Where nobody's screen sets a width, lines stay whole for grep and awk.
WIDTH_WITHOUT_TERMINAL = 240


def print_json(data: object) -> None:
    """One JSON document on stdout; times are ISO 8601 with their zone."""
    click.echo(json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))


def print_facts(facts: Mapping[str, object]) -> None:
    """One fact a line: what it is, and its value."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        table.add_row(name, shown(value))
    _console().print(table)


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """A table; `empty` is what to say, and to do next, when it has no rows."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text.assemble(shown(cell), justify=_side(cell)) for cell in row))
    if table.row_count:
        _console().print(table)
    else:
        click.echo(empty)


def shown(value: object) -> Text:
    """A value as people read it. No markup: a group may be called “[red]”. No `1,000`: it may be an id."""
    if value is None or value == "":
        return Text("-")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, datetime):
        return Text(f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S %Z}")
    return Text(str(value))


def _side(value: object) -> JustifyMethod:
    return "right" if isinstance(value, int | float) and not isinstance(value, bool) else "left"


def note(text: str) -> None:
    """Something worth knowing beside the answer: on stderr, so that a pipe gets only the answer."""
    click.echo(text, err=True)


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL, highlight=False)
