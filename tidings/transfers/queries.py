"""How transfers stand, for pages, API and command line."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q, QuerySet

from tidings.groups.models import Group
from tidings.kernel import clock
from tidings.kernel.errors import NotFound
from tidings.locks import rules
from tidings.memberships.rules.replacing import is_too_many
from tidings.selections.models import Selection
from tidings.transfers.models import Transfer

COUNTS = ("chosen", "joined", "already", "removed", "ignored", "kept_out")


@dataclass(frozen=True)
class Forecast:
    """What a transfer would come to now, in the counts of a transfer; `asks` is whether it would stop to ask."""

    chosen: int
    joined: int
    already: int
    removed: int
    ignored: int
    kept_out: int
    kept_out_by: dict[str, int]
    absent: int
    members_before: int
    asks: bool

    @classmethod
    def of(cls, counts: Mapping[str, Any], members: int) -> "Forecast":
        """The forecast of these counts, for a target with so many members."""
        absent = counts.get("absent", 0)
        return cls(
            **{name: counts[name] for name in (*COUNTS, "kept_out_by")},
            absent=absent,
            members_before=members,
            asks=is_too_many(absent, members),
        )

    def facts(self) -> dict[str, Any]:
        """All of this by name, for programs."""
        return asdict(self)


def find(transfer_id: int) -> Transfer:
    """The transfer with that id; raises `NotFound`."""
    found = transfers().filter(pk=transfer_id).first()
    if found is None:
        raise NotFound(thing="transfer", ref=transfer_id)
    return found


def transfers(group: Group | None = None) -> QuerySet[Transfer]:
    """Transfers, into or out of one group if one is given, newest first."""
    found = Transfer.objects.select_related(
        "process", "source", "target", "selection", "started_by"
    ).order_by("-pk")
    return found if group is None else found.filter(Q(source=group) | Q(target=group))


def summary(run: Transfer) -> dict[str, Any]:
    """Everything about a transfer that fits in one JSON object; times are ISO 8601."""
    process = run.process
    seconds = ((run.ended_at or clock.now()) - process.started_at).total_seconds()
    left = None if run.ended_at else rules.seconds_left(process.done, process.total, seconds)
    return {
        "id": run.pk,
        "state": run.state,
        "from_group": run.source_id,
        "to_group": run.target_id,
        "where": run.rule,
        "selection": run.selection_id,
        "mode": run.mode,
        "joining": run.joining,
        "letters": run.letters,
        "percent": None if run.percent is None else float(run.percent),
        "number": run.number,
        "seed": run.seed,
        **{name: getattr(run, name) for name in COUNTS},
        "kept_out_by": run.kept_out_by,
        "absent": run.absent,
        "members_before": run.members_before,
        "error": run.error,
        "progress": {"done": process.done, "total": process.total},
        "rate": rules.rate(process.done, seconds),
        "eta_seconds": left,
        "created_at": run.created_at.isoformat(),
        "ended_at": run.ended_at and run.ended_at.isoformat(),
    }


def transfers_using(selection: Selection) -> list[str]:
    """The transfers of its people that haven't ended, in words that people understand."""
    going = Transfer.objects.filter(selection=selection, ended_at=None).order_by("pk")
    return [f"transfer {one.pk} ({one.get_state_display().lower()})" for one in going]
