import time
from tests.faults.stage import Stage

def test_a(import_stage: Stage):
    t = time.time()
    import_stage.start_supervisor()
    import_stage.wait_until(lambda: import_stage.value("SELECT state FROM imports WHERE id=3") == "finished", "finished")
    print("took", time.time() - t)
    t = time.time()
    print(import_stage.tidings("imports", "show", "3"))
    print("took", time.time() - t)
    assert 0
