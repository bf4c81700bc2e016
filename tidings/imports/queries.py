"""How imports stand, for pages, API and command line."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tidings.imports.models import Import
from tidings.imports.rules.reasons import Reason
from tidings.kernel import clock, db, sheets, sql
from tidings.kernel.errors import NotFound

statements = sql.load(__package__)

PAGE_ROWS = 5_000
COUNTS = (
    "rows", "created", "joined", "updated", "unchanged", "removed", "ignored",
    "kept_out", "duplicates", "rejected",
)  # fmt: skip
REJECTS_HEADER = ("line", "reason", "column", "value", "what to do")
IDENTITY_CONFLICT = (
    "The mobile number, external id or push endpoint belongs to somebody else. Correct one of the two."
)


@dataclass(frozen=True)
class RejectCount:
    """How many rows were left out for one reason."""

    reason: str
    sentence: str
    rows: int


def find(import_id: int) -> Import:
    """The import with that id; raises `NotFound`."""
    found = Import.objects.select_related("group", "process", "started_by").filter(pk=import_id).first()
    if found is None:
        raise NotFound(thing="import", ref=import_id)
    return found


def sentence_of(reason: str) -> str:
    """What a reason of a rejected row means and what to do about it."""
    return IDENTITY_CONFLICT if reason == "identity_conflict" else Reason(reason).sentence


def reject_counts(run: Import) -> list[RejectCount]:
    """Rejected rows by reason, most frequent first."""
    counted = db.rows(
        "SELECT reason, count(*) AS rows FROM import_rejects WHERE run_id = %(run)s GROUP BY 1 ORDER BY 2 DESC",
        {"run": run.pk},
    )
    return [RejectCount(row["reason"], sentence_of(row["reason"]), row["rows"]) for row in counted]


def kept_out_by(run: Import) -> dict[str, int]:
    """People who were kept out, by reason."""
    counted = db.rows(statements.kept_out_by, {"run": run.pk})
    return {row["reason"]: row["people"] for row in counted}


def rejects_csv(run: Import) -> Iterator[str]:
    """The rejected rows as lines of a CSV file, in the order of the uploaded file."""
    yield sheets.line(REJECTS_HEADER)
    for row in _rejects(run):
        cells = (row["line"], row["reason"], row["column"], row["value"], sentence_of(row["reason"]))
        yield sheets.line(cells)


def _rejects(run: Import) -> Iterator[db.Row]:
    """Page by page, and no transaction from one to the next: a slow client's would keep the database from cleaning."""
    line = last = 0
    while page := db.rows(statements.rejects, {"run": run.pk, "line": line, "id": last, "rows": PAGE_ROWS}):
        yield from page
        line, last = page[-1]["line"], page[-1]["id"]


def summary(run: Import) -> dict[str, Any]:
    """Everything about an import that fits in one JSON object; times are ISO 8601."""
    process = run.process
    rate, eta = _pace(run)
    return {
        "id": run.pk,
        "state": run.state,
        "group": run.group_id,
        "filename": run.filename,
        "mode": run.mode,
        "joining": run.joining,
        "dry_run": run.dry_run,
        **{name: getattr(run, name) for name in COUNTS},
        "kept_out_by": kept_out_by(run) if run.kept_out else {},
        "letters": run.letters,
        "absent": run.absent,
        "members_before": run.members_before,
        "error": run.error,
        "progress": {"done": process.done, "total": process.total} if process else None,
        "rate": rate,
        "eta_seconds": eta,
        "created_at": run.created_at.isoformat(),
        "started_at": run.started_at and run.started_at.isoformat(),
        "ended_at": run.ended_at and run.ended_at.isoformat(),
    }


def _pace(run: Import) -> tuple[float | None, int | None]:
    """Rows per second since the start, and seconds left, where they can be told."""
    if run.started_at is None or run.process is None:
        return None, None
    seconds = ((run.ended_at or clock.now()) - run.started_at).total_seconds()
    rate = round(run.rows / seconds, 1) if run.ended_at and seconds > 0 else None
    done, total = run.process.done, run.process.total
    left = round(seconds * (total - done) / done) if total and done and not run.ended_at else None
    return rate, left
