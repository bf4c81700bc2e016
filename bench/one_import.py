"""One import, from start to report: `python -m bench.one_import FILE GROUP MODE`. Prints seconds and peak memory."""

import json
import os
import sys
import time
from pathlib import Path

from bench.ground import peak_memory_mb, set_up_django

set_up_django()

from tidings.groups.queries import find  # noqa: E402 - Django first
from tidings.imports import actions  # noqa: E402
from tidings.imports.models import Import  # noqa: E402
from tidings.kernel import db  # noqa: E402
from tidings.kernel.memory import collect_seldom  # noqa: E402
from tidings.locks import work  # noqa: E402


def main() -> None:
    name, group, mode = sys.argv[1:]
    with Path(name).open("rb") as file:
        run = actions.start(find(group), file, filename=Path(name).name, mode=Import.Mode(mode), by=None)
    db.execute("DELETE FROM procrastinate_jobs")  # no worker runs: this process does its work
    collect_seldom()  # as a worker does
    started = time.monotonic()
    work.run(run.holding, "bench")
    seconds = time.monotonic() - started
    run.refresh_from_db()
    if run.state != Import.State.FINISHED:
        sys.exit(f"the import {run.state}: {run.error}")
    print(json.dumps({"seconds": seconds, "rows": run.rows, "peak_mb": peak_memory_mb(os.getpid())}))


main()
