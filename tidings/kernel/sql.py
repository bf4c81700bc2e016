"""Named SQL statements in files beside the package that owns them.

A file `sql/merge.sql` holds statements, each under a line `-- name: insert_new` and a line that says its purpose,
its parameters and the index it rides. `load(__package__)` gives them as attributes.
"""

import re
from collections.abc import Collection, Mapping
from importlib.resources import files
from types import SimpleNamespace

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_COMMENT = re.compile(r"^ *--.*\n", re.MULTILINE)


def load(package: str) -> SimpleNamespace:
    """All statements of `package`'s folder `sql`, by name; a name that stands twice is an error."""
    statements: dict[str, str] = {}
    for file in sorted(files(package).joinpath("sql").iterdir(), key=lambda f: f.name):
        _, *parts = _NAME.split(file.read_text(encoding="utf-8"))
        for name, text in zip(parts[::2], parts[1::2], strict=True):
            if name in statements:
                raise ValueError(f"{package}: two statements are called {name}")
            statements[name] = text.strip()
    return SimpleNamespace(**statements)


def compose(parts: Mapping[str, str], end: str, *, inline: Collection[str] = ()) -> str:
    """One statement of several parts, each under its name and run once, that `end` reads.

    So several packages can write their own tables in one round trip, each with the text it owns. Parts that are named
    in `inline` are run where they are read instead, so that millions of rows aren't stored on their way.
    """
    kept = {name: "NOT MATERIALIZED" if name in inline else "MATERIALIZED" for name in parts}
    steps = ",\n".join(f"{name} AS {kept[name]} (\n{text}\n)" for name, text in parts.items())
    return f"WITH {steps}\n{end}"


def fill(part: str, **gaps: str) -> str:
    """A part of a larger statement, with SQL in its gaps `{so}`, and without the comment above it.

    What fills a gap is SQL of ours, never what somebody wrote: that goes into parameters. The comment goes because a
    parameter that stands in one could end it.
    """
    return _COMMENT.sub("", part).format(**gaps)
