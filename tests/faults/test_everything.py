"""A power cut: all processes of Tidings and its database die at once, and are started again."""

import pytest

from tests.faults.promises import check_at_once, check_copies, doubts_by_death, finish, finish_imports, send
from tests.faults.stage import LARGEST_DOUBT

pytestmark = pytest.mark.timeout(300)

WORKERS = 2


def test_after_a_power_cut_an_import_and_a_sendout_go_on_side_by_side(import_stage, undisturbed, relay, dice):
    relay.pause_seconds = 0.01
    import_stage.start_supervisor(workers=WORKERS)
    sendout = send(import_stage, "others@example.org")
    import_stage.wait_until(lambda: len(relay.copies) > dice.randrange(1, 300), "some copies are out")
    import_stage.kill_everything()
    import_stage.start_supervisor(workers=WORKERS)
    import_stage.wait_until(lambda: import_stage.value("SELECT 1"), "the database is back")
    check_at_once(import_stage)
    left = finish_imports(import_stage)
    finish(import_stage, sendout)
    check_copies(import_stage, relay.taken_by())
    assert doubts_by_death(import_stage) <= WORKERS * LARGEST_DOUBT
    assert left == undisturbed[0]
