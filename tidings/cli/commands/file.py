"""`tidings file`: pictures and documents that messages show or bring along."""

from pathlib import Path
from typing import Any

import click

from tidings.cli.ground import database
from tidings.cli.options import UnreadableFile, as_json, examples
from tidings.cli.output import note, print_facts, print_json, print_rows
from tidings.messaging import files, library
from tidings.messaging.file_types import MAIL_WIDTH
from tidings.messaging.models import File

COLUMNS = ("id", "name", "content_type", "size", "width", "alt", "url")
PIXELS = click.IntRange(1, 10_000)


@click.group()
def file() -> None:
    """Upload, list, shrink, describe and delete pictures and documents. ID is a file's number."""


@file.command(epilog=examples('tidings file upload shop.jpg --alt "Our shop in Berlin" --width 1200'))
@click.argument("path", metavar="FILE")
@click.option("--alt", default="", help="Read out where a picture isn't seen.")
@click.option(
    "--width", type=PIXELS, default=None, help="Keep a picture that is wider as a copy that wide, in pixels."
)
@as_json
@database()
def upload(path: str, alt: str, width: int | None, as_json: bool) -> None:
    """Store FILE and print the address under which messages show it."""
    kept = store(path, alt=alt, width=width)
    _tell(kept, as_json=as_json)
    if kept.is_too_wide:
        note(f"Mail needs no picture wider than {MAIL_WIDTH:,} pixels: `tidings file shrink {kept.pk}`.")


def store(path: str, *, alt: str = "", width: int | None = None) -> File:
    """The stored file; raises `UnreadableFile` or `BadFile`."""
    try:
        with Path(path).open("rb") as content:
            return library.keep(content, name=Path(path).name, alt=alt, width=width, by=None)
    except OSError as error:
        raise UnreadableFile(file=path, why=f"{error.strerror}.") from error


@file.command("list", epilog=examples("tidings file list --search shop --json"))
@click.option("--search", default="", help="A part of the name or text.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True)
@as_json
@database()
def list_files(search: str, limit: int, as_json: bool) -> None:
    """List the newest pictures and documents."""
    found = [_facts(one) for one in files.listed(search).order_by("-pk")[:limit]]
    if as_json:
        print_json(found)
    else:
        rows = ([one[column] for column in COLUMNS] for one in found)
        print_rows(COLUMNS, rows, empty="None. Store one with `tidings file upload`.")


@file.command(epilog=examples("tidings file shrink 12", "tidings file shrink 12 --width 600 --json"))
@click.argument("number", metavar="ID", type=int)
@click.option("--width", type=PIXELS, default=MAIL_WIDTH, show_default=True, help="Of the copy, in pixels.")
@as_json
@database()
def shrink(number: int, width: int, as_json: bool) -> None:
    """Store a smaller copy of a picture, with an address of its own. The picture stays as it is."""
    _tell(library.shrink(files.find(number), width=width, by=None), as_json=as_json)


@file.command(epilog=examples('tidings file describe 12 "Our shop in Berlin"'))
@click.argument("number", metavar="ID", type=int)
@click.argument("alt")
@as_json
@database()
def describe(number: int, alt: str, as_json: bool) -> None:
    """Change what is read out where a picture isn't seen."""
    _tell(library.describe(files.find(number), alt=alt, by=None), as_json=as_json)


@file.command(epilog=examples("tidings file delete 12 --yes"))
@click.argument("number", metavar="ID", type=int)
@click.option("--yes", is_flag=True, help="Delete without asking.")
@as_json
@database()
def delete(number: int, yes: bool, as_json: bool) -> None:
    """Delete a file that no message shows or brings along."""
    found = files.find(number)
    if not yes:
        click.confirm(f"Delete “{found}”?", abort=True, err=True)
    library.delete(found, by=None)
    if as_json:
        print_json({"id": number, "name": found.name})
    else:
        click.echo(f"Deleted file {number}: {found}")


def _facts(one: File) -> dict[str, Any]:
    fields = ("id", "name", "content_type", "size", "width", "height", "is_too_wide", "alt", "created_at")
    return {field: getattr(one, field) for field in fields} | {"url": files.url_of(one)}


def _tell(one: File, *, as_json: bool) -> None:
    if as_json:
        print_json(_facts(one))
    else:
        print_facts(_facts(one))
