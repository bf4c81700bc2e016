"""Mappings that are kept by name, and chosen again for files with the same columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from tidings.accounts.models import User
from tidings.attributes.rules import FORBIDDEN_CHARACTER, name_key, one_line
from tidings.imports.errors import BadMappingName, MappingMisfit
from tidings.imports.models import SavedMapping
from tidings.imports.rules.mapping import Key, Mapping, quoted
from tidings.imports.rules.recognise import IGNORE
from tidings.journal.actions import record
from tidings.kernel.errors import NotFound

NAME_CHARACTERS_AT_MOST = 80


@dataclass(frozen=True)
class Said:
    """What a saved mapping says about a file, in the words of `actions.read`."""

    choices: dict[str, str]
    key: Key | None
    clear_marker: str


def keep(name: str, mapping: Mapping, *, by: User | None) -> SavedMapping:
    """Keeps what the columns of a file mean under a name; one that has it already is overwritten."""
    clean = one_line(name)
    if not 1 <= len(clean) <= NAME_CHARACTERS_AT_MOST or FORBIDDEN_CHARACTER.search(clean):
        raise BadMappingName(limit=NAME_CHARACTERS_AT_MOST)
    columns = {column.header: column.target or IGNORE for column in mapping.columns}
    values: dict[str, Any] = {
        "columns": columns,
        "key": str(mapping.key),
        "clear_marker": mapping.clear_marker,
    }
    values |= {"saved_by": by}
    kept, _ = SavedMapping.objects.alias(lowered=Lower("name")).update_or_create(
        lowered__exact=Lower(Value(clean)), defaults=values, create_defaults=values | {"name": clean}
    )
    record("import_mapping.saved", kept.pk, by=by, name=kept.name, columns=columns)
    return kept


def called(name: str) -> SavedMapping:
    """The saved mapping of that name, whatever its case; raises `NotFound`."""
    found = SavedMapping.objects.filter(name__iexact=one_line(name)).first()
    if found is None:
        raise NotFound(thing="saved mapping", ref=name)
    return found


def listed() -> QuerySet[SavedMapping]:
    """All saved mappings by name."""
    return SavedMapping.objects.select_related("saved_by").order_by(Lower("name"))


def fitting(names: Sequence[str]) -> list[SavedMapping]:
    """Those made for a file with exactly these columns, the newest first."""
    wanted = sorted(map(name_key, names))
    newest = SavedMapping.objects.order_by("-saved_at")
    return [kept for kept in newest if sorted(map(name_key, kept.columns)) == wanted]


def said_by(kept: SavedMapping, names: Sequence[str]) -> Said:
    """What it says about a file with the columns `names`. Raises `MappingMisfit` if that has others."""
    ours = {name_key(name): target for name, target in kept.columns.items()}
    if missing := [name for name in kept.columns if name_key(name) not in set(map(name_key, names))]:
        raise MappingMisfit(name=kept.name, problem=f"the file has no column {quoted(missing)}")
    if strange := [name for name in names if name_key(name) not in ours]:
        raise MappingMisfit(name=kept.name, problem=f"it doesn't know the column {quoted(strange)}")
    choices = {name: ours[name_key(name)] for name in names}
    return Said(choices, Key(kept.key), kept.clear_marker)


def forget(kept: SavedMapping, *, by: User | None) -> None:
    """Deletes a saved mapping; imports that used it stay as they are."""
    record("import_mapping.deleted", kept.pk, by=by, name=kept.name)
    kept.delete()


def summary(kept: SavedMapping) -> dict[str, Any]:
    """A saved mapping as one JSON object."""
    return {
        "name": kept.name,
        "columns": kept.columns,
        "key": kept.key,
        "clear_marker": kept.clear_marker,
        "saved_at": kept.saved_at.isoformat(),
    }
