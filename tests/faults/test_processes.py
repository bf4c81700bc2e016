"""A process whose worker is killed in the midst is ended by another one: nothing is done twice, nothing by halves.

In the midst means: it waits for a row or a table that the test holds, behind what it has done before.
"""

import pytest

from tests.faults.conftest import GROUP_ADDRESS, MEMBERS
from tests.faults.stage import Stage

pytestmark = pytest.mark.timeout(120)

RUNNING = "SELECT FROM processes WHERE state = 'running'"
SOMEBODY_WAITS = "SELECT FROM pg_locks WHERE NOT granted"
ENDS = "SELECT state FROM processes WHERE kind = %(kind)s"
FACTS = "SELECT verb, data FROM facts WHERE verb LIKE %(verbs)s ORDER BY id"


def kill_and_let_another_one_end_it(stage: Stage, command: list[object], *, held: str) -> None:
    """Runs `command`, kills whoever works for it as soon as they need what `held` locks, and waits for the end."""
    worker = stage.start_worker("long")
    with stage.in_the_way(held):
        commander = stage.begin(*command)
        stage.wait_until(lambda: stage.rows(SOMEBODY_WAITS), "somebody is in the midst of it")
        for process in (commander, worker):
            stage.kill(process.pid)
            process.wait()
    assert stage.rows(RUNNING)
    stage.start_worker("long")
    stage.wait_until(lambda: not stage.rows(RUNNING), "another worker has ended it")
    assert stage.rows("SELECT FROM group_locks") == []


def ends(stage: Stage, kind: str) -> list[str]:
    return [row["state"] for row in stage.rows(ENDS, kind=kind)]


def facts(stage: Stage, verbs: str) -> list[str]:
    return [row["verb"] for row in stage.rows(FACTS, verbs=verbs)]


def test_the_deletion_of_a_group_is_ended(group_stage):
    kill_and_let_another_one_end_it(
        group_stage,
        ["group", "delete", GROUP_ADDRESS, "--yes"],
        held="SELECT FROM memberships ORDER BY contact_id DESC LIMIT 1 FOR UPDATE",
    )
    assert ends(group_stage, "deletion") == ["finished"]
    assert facts(group_stage, "group.delet%") == ["group.deletion_started", "group.deleted"]
    assert group_stage.value("SELECT count(*) FROM memberships") == 0
    assert group_stage.value("SELECT count(*) FROM contacts") == MEMBERS


def test_the_erasure_of_a_person_is_ended(group_stage):
    address = "p00007@example.com"
    quote = "UPDATE facts SET data = jsonb_build_object('filename', %(address)s::text) WHERE verb = 'import.started'"
    group_stage.rows(f"{quote} RETURNING id", address=address)
    kill_and_let_another_one_end_it(
        group_stage,
        ["contact", "erase", address, "--yes"],
        held="SELECT FROM facts WHERE verb = 'import.started' FOR UPDATE",
    )
    assert ends(group_stage, "erasure") == ["finished"]
    assert facts(group_stage, "contact.erased") == ["contact.erased"]
    assert group_stage.value("SELECT identities FROM erasures") == []
    quoted = "SELECT FROM facts WHERE position(%(address)s IN data::text) > 0"
    assert group_stage.rows(quoted, address=address) == []


def test_an_import_that_replaces_a_blacklist_is_ended(group_stage):
    group_stage.tidings("blacklist", "add", "old@example.com", "--group", GROUP_ADDRESS)
    file = group_stage.folder / "barred.txt"
    file.write_text("new@example.com\nother@example.com\nnobody\n")
    kill_and_let_another_one_end_it(
        group_stage,
        ["blacklist", "import", file, "--group", GROUP_ADDRESS, "--mode", "replace"],
        held="SELECT FROM blacklist_entries FOR UPDATE",
    )
    [run] = group_stage.rows("SELECT state, added, removed, rejected FROM blacklist_imports")
    assert run == {"state": "finished", "added": 2, "removed": 1, "rejected": 1}
    patterns = group_stage.rows("SELECT pattern FROM blacklist_entries ORDER BY pattern")
    assert [row["pattern"] for row in patterns] == ["new@example.com", "other@example.com"]
    assert facts(group_stage, "blacklist.import_f%") == ["blacklist.import_finished"]
    assert group_stage.value("SELECT count(*) FROM blacklist_rejects") == 1


def test_an_export_is_ended(group_stage):
    saved = group_stage.folder / "members.csv"
    kill_and_let_another_one_end_it(
        group_stage,
        ["export", GROUP_ADDRESS, "--out", saved],
        held="LOCK TABLE files IN SHARE ROW EXCLUSIVE MODE",
    )
    [export] = group_stage.rows("SELECT state, rows, file FROM exports")
    assert (export["state"], export["rows"]) == ("finished", MEMBERS)
    kept = group_stage.rows("SELECT name FROM files WHERE name LIKE 'exports/%%'")
    assert [row["name"] for row in kept] == [export["file"]]
    assert facts(group_stage, "export.f%") == ["export.finished"]
    assert not saved.exists()


def test_the_change_of_a_type_is_ended(group_stage):
    group_stage.tidings("attribute", "define", "Size")
    group_stage.rows('UPDATE contacts SET attributes = attributes || \'{"size": "39"}\' RETURNING id')
    kill_and_let_another_one_end_it(
        group_stage,
        ["attribute", "change-type", "size", "number"],
        held="SELECT FROM contacts ORDER BY id DESC LIMIT 1 FOR UPDATE",
    )
    assert ends(group_stage, "type_change") == ["finished"]
    assert facts(group_stage, "attribute.type_changed") == ["attribute.type_changed"]
    assert group_stage.value("SELECT type FROM attributes") == "number"
    [found] = group_stage.rows("SELECT count(*), attributes -> 'size' AS size FROM contacts GROUP BY 2")
    assert found == {"count": MEMBERS, "size": 39}
