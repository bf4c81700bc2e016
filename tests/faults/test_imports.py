"""An import whose workers, or whose database, die under it ends as if nothing had happened."""

import os
import signal
import time

import pytest

from tests.faults.conftest import GROUP_ADDRESS, HEADER, MEMBERS
from tests.faults.promises import check_at_once, contents, finish_imports
from tests.faults.stage import Stage

pytestmark = pytest.mark.timeout(300)

HOLDER = (
    "SELECT worker FROM processes WHERE state = 'running' AND kind = 'import' AND lease_until IS NOT NULL"
)
TAKEN = "SELECT token FROM processes WHERE token >= %(token)s AND kind = 'import' AND state = 'running'"
LEFTOVERS = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^import_'"
KILLS_PER_IMPORT = 2
MODES = ("add", "update", "join", "replace", "remove", "add_and_update")
IMPORTS = 5  # with two kills each: ten random moments


def wait_until_held(stage: Stage) -> int:
    """The process id of the worker that imports now."""
    return stage.wait_until(lambda: stage.holder(HOLDER), "a worker holds the import")


def is_over(stage: Stage) -> bool:
    return not stage.rows("SELECT FROM group_locks")


def kill_the_importer(stage: Stage, after_seconds: float) -> None:
    """Kills whoever imports, some time after they began; does nothing if the import was quicker."""
    stage.wait_until(lambda: stage.holder(HOLDER) or is_over(stage), "a worker holds the import")
    time.sleep(after_seconds)
    if pid := stage.holder(HOLDER):
        stage.kill(pid)


@pytest.mark.parametrize("number", range(IMPORTS))
def test_an_import_whose_worker_is_killed_at_random_ends_as_undisturbed(
    number, import_stage, undisturbed, dice
):
    expected, seconds = undisturbed
    import_stage.start_supervisor()
    for _ in range(KILLS_PER_IMPORT):
        kill_the_importer(import_stage, dice.uniform(0, seconds))
        check_at_once(import_stage)
    assert finish_imports(import_stage) == expected
    assert import_stage.rows(LEFTOVERS) == []


def test_another_worker_takes_over_when_the_lease_of_a_killed_one_has_run_out(
    import_stage, undisturbed, dice
):
    expected, seconds = undisturbed
    for _ in range(2):
        import_stage.start_worker("long")
    kill_the_importer(import_stage, dice.uniform(0, seconds / 2))
    check_at_once(import_stage)
    assert not is_over(import_stage)  # the lock stays for whoever takes over
    assert finish_imports(import_stage) == expected


def test_a_worker_that_was_frozen_beyond_its_lease_changes_nothing_any_more(import_stage, undisturbed, dice):
    expected, seconds = undisturbed
    import_stage.start_worker("long")
    frozen = wait_until_held(import_stage)
    time.sleep(dice.uniform(0, seconds / 2))
    os.kill(frozen, signal.SIGSTOP)
    import_stage.start_worker("long")
    import_stage.wait_until(lambda: import_stage.rows(TAKEN, token=2), "somebody took over")
    os.kill(frozen, signal.SIGCONT)
    assert finish_imports(import_stage) == expected
    time.sleep(1)
    assert contents(import_stage) == expected


def test_an_import_goes_on_when_the_database_is_restarted(import_stage, undisturbed, dice):
    expected, seconds = undisturbed
    import_stage.start_supervisor()
    wait_until_held(import_stage)
    time.sleep(dice.uniform(0, seconds))
    import_stage.restart_database()
    assert finish_imports(import_stage) == expected


def test_an_import_goes_on_when_the_database_is_killed(import_stage, undisturbed, dice):
    expected, seconds = undisturbed
    import_stage.start_supervisor()
    wait_until_held(import_stage)
    time.sleep(dice.uniform(0, seconds))
    import_stage.kill_database()
    assert finish_imports(import_stage) == expected


def run_all_modes(stage: Stage, dice, *, longest_pause_seconds: float = 0) -> dict:
    """Imports in each mode, one after the other; with a pause, its worker is killed once after at most so long."""
    stage.start_supervisor()
    for number, mode in enumerate(MODES):
        people = [f"p{n:05}@example.com,{mode} {n}" for n in range(number * 300, number * 300 + MEMBERS)]
        stage.import_file(GROUP_ADDRESS, [HEADER, *people], "--mode", mode, "--confirm")
        if longest_pause_seconds:
            kill_the_importer(stage, dice.uniform(0, longest_pause_seconds))
        stage.wait_until(lambda: is_over(stage), f"the import in the mode {mode} has ended")
    return finish_imports(stage)


def test_each_mode_ends_as_undisturbed_when_its_worker_is_killed_at_random(group_home, copy_of, dice):
    expected = run_all_modes(copy_of(group_home), dice)
    assert run_all_modes(copy_of(group_home), dice, longest_pause_seconds=0.6) == expected
