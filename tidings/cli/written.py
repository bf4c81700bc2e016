"""The options by which commands are told what a message says."""

from collections.abc import Callable
from itertools import zip_longest
from typing import Any, TypeVar

import click

from tidings.cli.commands.file import store
from tidings.cli.options import TEXT_FILE
from tidings.messaging.formats.compile import FORMATS

Command = TypeVar("Command", bound=Callable[..., Any])


def content(command: Command) -> Command:
    """Adds the options for what a message says."""
    for option in (
        click.option("--alt", multiple=True, metavar="TEXT", help="What the picture of the same --attach shows."),
        click.option("--attach", multiple=True, metavar="FILE", help="A file that each copy brings along."),
        click.option("--preview-text", default="", help="Shown in lists behind the subject."),
        click.option("--text", type=TEXT_FILE, default=None, help="Plain text, a UTF-8 file; else made from the HTML."),
        click.option("--blocks", type=TEXT_FILE, default=None, help="Blocks, a JSON file."),
        click.option("--mjml", type=TEXT_FILE, default=None, help="MJML, a UTF-8 file."),
        click.option("--markdown", type=TEXT_FILE, default=None, help="Markdown, a UTF-8 file."),
        click.option("--html", type=TEXT_FILE, default=None, help="HTML, a UTF-8 file."),
    ):  # fmt: skip
        command = option(command)
    return command


def written_by(given: dict[str, Any]) -> dict[str, Any]:
    """What `write` takes, from the options that were given; a content has one format."""
    sources = [(name, source) for name in FORMATS if (source := given.pop(name)) is not None]
    if len(sources) > 1:
        raise click.UsageError(f"A message is written in one format. Give one of --{', --'.join(FORMATS)}.")
    form = dict(zip(("form", "source"), sources[0], strict=True)) if sources else {}
    paths, texts = given.pop("attach"), given.pop("alt")
    if len(texts) > len(paths):
        raise click.UsageError("Each --alt belongs to an --attach: the first to the first, and so on.")
    attached = [store(path, alt=alt).pk for path, alt in zip_longest(paths, texts, fillvalue="")]
    return given | form | {"text": given["text"] or "", "attachments": attached}
