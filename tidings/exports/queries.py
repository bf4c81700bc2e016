"""Looking exports up, and what they may hold."""

from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet

from tidings.attributes.models import Attribute
from tidings.attributes.queries import catalogue
from tidings.exports.errors import FileGone
from tidings.exports.models import Export
from tidings.exports.rules import Column, all_columns
from tidings.groups.models import Group
from tidings.kernel.errors import NotFound
from tidings.selections.models import Selection


def columns_there_are() -> list[Column]:
    """Every column that an export may have now."""
    return all_columns(catalogue(), catalogue(Attribute.Scope.MEMBER))


def find(export_id: int) -> Export:
    """The export with that id; raises `NotFound`."""
    found = Export.objects.select_related("process", "group", "started_by").filter(pk=export_id).first()
    if found is None:
        raise NotFound(thing="export", ref=export_id)
    return found


def exports(group: Group | None = None) -> QuerySet[Export]:
    """Exports, of one group if one is given, newest first."""
    found = Export.objects.select_related("process", "group", "started_by").order_by("-pk")
    return found if group is None else found.filter(group=group)


def opened(export: Export) -> "File[bytes]":
    """The file of a finished export; raises `FileGone`."""
    if not export.file:
        raise FileGone(export=export.pk, why=_why_gone(export))
    return default_storage.open(export.file)


def _why_gone(export: Export) -> str:
    if export.state != Export.State.FINISHED:
        return f"it is {export.state}."
    return export.why_gone or "it was kept for 7 days. Export again."


def summary(export: Export) -> dict[str, Any]:
    """Everything about an export that fits in one JSON object; times are ISO 8601."""
    return {
        "id": export.pk,
        "state": export.state,
        "group": export.group_id,
        "format": export.format,
        "columns": export.columns,
        "states": export.states,
        "where": export.rule,
        "selection": export.selection_id,
        "packing": export.packing,
        "rows": export.rows,
        "size": export.size,
        "error": export.error,
        "why_gone": export.why_gone,
        "progress": {"done": export.process.done, "total": export.process.total},
        "created_at": export.created_at.isoformat(),
        "ended_at": export.ended_at and export.ended_at.isoformat(),
        "kept_until": export.kept_until and export.kept_until.isoformat(),
    }


def exports_using(selection: Selection) -> list[str]:
    """The exports of its people that haven't ended, in words that people understand."""
    going = Export.objects.filter(selection=selection, ended_at=None).order_by("pk")
    return [f"export {one.pk} ({one.get_state_display().lower()})" for one in going]
