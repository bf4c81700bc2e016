"""Five times the rows in one import, against one of a fifth: whether time grows with the file, and memory doesn't."""

from bench import ground
from bench.files import write_people
from bench.imports import bench_group, empty, import_alone
from bench.pairs import Rates, Result, measure

TIMES = 5


def run(pairs: int, rows: int) -> list[Result]:
    """The ratio is that of the rates; the notes tell the ratio of the times, and the memory of both."""
    few = write_people(ground.WORK / f"people-{rows}.csv", rows)
    many = write_people(ground.WORK / f"people-{rows * TIMES}.csv", rows * TIMES)
    group = bench_group()
    memory: dict[int, float] = {}

    def rate(size: int) -> Rates:
        empty()
        report = import_alone(many if size > rows else few, group)
        memory[size] = max(memory.get(size, 0.0), report["peak_mb"])
        return (size / report["seconds"],)

    [result] = measure(
        [f"import: {TIMES} times the rows"],
        lambda: rate(rows * TIMES),
        lambda: rate(rows),
        pairs=pairs,
        unit="rows/s",
    )
    result.notes["time, as a multiple"] = round(TIMES / result.ratio, 2)
    result.notes.update({f"peak memory at {size:,} rows, MB": round(mb, 1) for size, mb in memory.items()})
    return [result]
