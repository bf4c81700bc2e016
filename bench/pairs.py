"""Pairs of measurements, and what they come to."""

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True)
class Result:
    """Medians of both sides, and of the ratio ours / reference within each pair with its spread (highest - lowest)."""

    name: str
    ours: float
    reference: float
    ratio: float
    spread: float
    unit: str
    pairs: int
    notes: dict[str, float | str] = field(default_factory=dict)


Rates = tuple[float, ...]
Side = Callable[[], Rates]


def measure(names: Sequence[str], ours: Side, reference: Side, *, pairs: int, unit: str) -> list[Result]:
    """Runs both sides in turns, the first one changing; each run returns one rate in `unit` for each name."""
    mine: list[Rates] = []
    theirs: list[Rates] = []
    for turn in range(pairs):
        sides = [(ours, mine), (reference, theirs)]
        for side, rates in sides if turn % 2 == 0 else reversed(sides):
            rates.append(side())
        for name, a, b in zip(names, mine[-1], theirs[-1], strict=True):
            print(f"  {name} {turn + 1}/{pairs}: {a:,.0f} against {b:,.0f} {unit}", flush=True)
    columns = zip(names, zip(*mine, strict=True), zip(*theirs, strict=True), strict=True)
    return [_result(name, a, b, unit) for name, a, b in columns]


def _result(name: str, ours: Rates, reference: Rates, unit: str) -> Result:
    ratios = [a / b for a, b in zip(ours, reference, strict=True)]
    return Result(
        name=name,
        ours=round(statistics.median(ours), 1),
        reference=round(statistics.median(reference), 1),
        ratio=round(statistics.median(ratios), 3),
        spread=round(max(ratios) - min(ratios), 3),
        unit=unit,
        pairs=len(ratios),
    )


def write(results: list[Result], file: Path) -> None:
    """Prints the results as a table and keeps them as JSON, beside those of parts that were not measured this time."""
    measured = {result.name: asdict(result) for result in results}
    earlier = {entry["name"]: entry for entry in json.loads(file.read_text())} if file.exists() else {}
    file.write_text(json.dumps(list((earlier | measured).values()), indent=2) + "\n")
    print(f"\n{'':34}{'ours':>12}{'reference':>12}{'ratio':>8}{'spread':>8}  unit")
    for r in results:
        print(f"{r.name:34}{r.ours:12,.0f}{r.reference:12,.0f}{r.ratio:8.2f}{r.spread:8.2f}  {r.unit}")
        for name, value in r.notes.items():
            print(f"    {name}: {value}")
