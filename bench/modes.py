"""Imports in each mode against the reference SQL of that mode; and XML against the same rows as CSV."""

from dataclasses import asdict
from pathlib import Path

from bench import ground
from bench.files import write_people, write_xml
from bench.imports import bench_group, empty, import_alone, psql
from bench.pairs import Rates, Result, measure
from tidings.groups.models import Group
from tidings.imports.rules.modes import DEEDS, Deeds

GROUND = Path(__file__).with_name("modes.sql")
REFERENCE = Path(__file__).with_name("reference_modes.sql")


def run(pairs: int, rows: int) -> list[Result]:
    """A result for each mode, over members, known and new people; and one for XML."""
    file = write_people(ground.WORK / f"people-{rows}.csv", rows)
    group = bench_group()
    results = [_mode(mode, deeds, file, group, pairs=pairs, rows=rows) for mode, deeds in DEEDS.items()]
    return [*results, _xml(file, group, pairs=pairs, rows=rows)]


def _mode(mode: str, deeds: Deeds, file: Path, group: Group, *, pairs: int, rows: int) -> Result:
    flags = {name: str(value).lower() for name, value in asdict(deeds).items()}

    def ours() -> Rates:
        _lay_ground(file, group)
        return (rows / import_alone(file, group, mode=mode)["seconds"],)

    def reference() -> Rates:
        _lay_ground(file, group)
        return (rows / psql(REFERENCE, file, group, **flags),)

    [result] = measure([f"import: mode {mode}"], ours, reference, pairs=pairs, unit="rows/s")
    return result


def _xml(file: Path, group: Group, *, pairs: int, rows: int) -> Result:
    """New rows as XML; the reference is our own import of the same rows as CSV."""
    xml = write_xml(ground.WORK / f"people-{rows}.xml", file)
    memory: list[float] = []

    def import_new(source: Path) -> Rates:
        empty()
        report = import_alone(source, group)
        memory.append(report["peak_mb"])
        return (rows / report["seconds"],)

    [result] = measure(
        ["import: XML, against CSV"],
        lambda: import_new(xml),
        lambda: import_new(file),
        pairs=pairs,
        unit="rows/s",
    )
    result.notes["peak memory, MB"] = round(max(memory), 1)
    return result


def _lay_ground(file: Path, group: Group) -> None:
    empty()
    psql(GROUND, file, group)
    empty(only_pages=True)
