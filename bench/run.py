"""`make bench`: all measurements. `make bench ARGS="sendouts --pairs 3 --scale 0.1"` for a part, or a quick look."""

import argparse
from importlib import import_module
from pathlib import Path

from bench import ground, pairs

PAIRS = 5
# Which part measures what, and its size at full scale.
PARTS = {
    "imports": 1_000_000,
    "modes": 1_000_000,
    "growth": 1_000_000,
    "sendouts": 100_000,
    "faults": 100_000,
    "starts": 1_000_000,
    "singles": 2_000,
    "render": 100_000,
    "pages": 1_000_000,
    "selections": 1_000_000,
    "answers": 1_000_000,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=list(PARTS), help="only this part")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size")
    parser.add_argument("--home", type=Path, default=ground.HOME, help="where the database is kept")
    parser.add_argument("--out", type=Path, default=pairs.RESULTS, help="the file of results")
    asked = parser.parse_args()
    ground.settle_environment(asked.home)
    results = []
    with ground.database():
        for part in [asked.part] if asked.part else PARTS:
            module = import_module(f"bench.{part}")  # only now: its imports need Django and the database
            results += module.run(asked.pairs, int(PARTS[part] * asked.scale))
    pairs.write(results, asked.out)


if __name__ == "__main__":
    main()
