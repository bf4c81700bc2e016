"""What must hold after each fault, asked of the database and of the relay."""

from collections import Counter
from pathlib import Path

from tests.faults.stage import PATIENCE_SECONDS, Row, Stage

DEATH = "the worker that sent it ended"  # the cause of a doubt that a killed worker left

_BROKEN_BATCHES = """
SELECT b.id FROM sendout_batches b
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE outcome = 'accepted') AS accepted,
                           count(*) FILTER (WHERE outcome = 'deferred') AS deferred,
                           count(*) FILTER (WHERE outcome = 'failed') AS failed,
                           count(*) FILTER (WHERE outcome = 'skipped') AS skipped
                    FROM deliveries d WHERE d.batch_id = b.id) AS found
WHERE (b.accepted, b.deferred, b.failed, b.skipped)
      IS DISTINCT FROM (found.accepted, found.deferred, found.failed, found.skipped)
"""
_LOST_LOCKS = """
SELECT l.group_id FROM group_locks l LEFT JOIN processes p ON p.id = l.process_id
WHERE p.state IS DISTINCT FROM 'running'
"""
_DOUBTS = """
SELECT c.email, count(*) AS times FROM in_doubt_recipients d JOIN contacts c ON c.id = d.contact_id GROUP BY 1
"""
_MEMBERS = """
SELECT m.group_id, c.email, c.attributes, m.state
FROM memberships m JOIN contacts c ON c.id = m.contact_id ORDER BY 1, 2
"""
_AUDIENCE = """
SELECT c.email FROM sendout_batches b
CROSS JOIN unnest(b.contact_ids) AS contact_id JOIN contacts c ON c.id = contact_id
"""
_COUNTS = """
SELECT state, rows, created, joined, updated, unchanged, removed, ignored, absent, kept_out, duplicates, rejected
FROM imports ORDER BY id
"""


def check_at_once(stage: Stage) -> None:
    """What holds at any instant: each count is the count of its rows, each lock has a process that goes on."""
    assert stage.rows(_BROKEN_BATCHES) == []
    assert stage.rows(_LOST_LOCKS) == []


def finish(stage: Stage, sendout: int, *, seconds: float = PATIENCE_SECONDS) -> Row:
    """Waits until a sendout has ended; nobody may be lost or planned by then, no group locked."""

    def ended() -> bool:
        return stage.value("SELECT ended_at FROM sendouts WHERE id = %(id)s", id=sendout) is not None

    stage.wait_until(ended, "the sendout has ended", seconds=seconds)
    check_at_once(stage)
    summary = stage.tidings("sendout", "show", sendout)
    assert summary["holds"]
    assert summary["planned"] == 0
    assert summary["accepted"] + summary["failed"] + summary["skipped"] == summary["audience"] > 0
    assert stage.rows("SELECT FROM group_locks") == []
    return summary


def check_copies(stage: Stage, copies: Counter[str]) -> None:
    """Each of the audience has one copy; more only as often as they stand on the list of those in doubt."""
    assert set(copies) == {row["email"] for row in stage.rows(_AUDIENCE)}
    doubted = doubts(stage)
    too_many = {email: n for email, n in copies.items() if n > 1 + doubted[email]}
    assert too_many == {}


def doubts(stage: Stage) -> Counter[str]:
    """How often each recipient was in doubt."""
    return Counter({row["email"]: row["times"] for row in stage.rows(_DOUBTS)})


def doubts_by_death(stage: Stage) -> int:
    """How many doubts killed workers left."""
    return stage.value("SELECT count(*) FROM in_doubt_recipients WHERE cause = %(cause)s", cause=DEATH)


def contents(stage: Stage) -> dict[str, list[Row]]:
    """All that imports leave behind: their reports, the members, the counters of members, the rejected rows."""
    tallies = "SELECT group_id, state, sum(members)::int AS members FROM membership_tallies GROUP BY 1, 2 ORDER BY 1, 2"
    return {
        "reports": stage.rows(_COUNTS),
        "members": stage.rows(_MEMBERS),
        "contacts": stage.rows("SELECT count(*) FROM contacts"),
        "tallies": stage.rows(tallies),
        "rejects": stage.rows(
            'SELECT run_id, line, reason, "column", value FROM import_rejects ORDER BY 1, 2'
        ),
    }


def finish_imports(stage: Stage) -> dict[str, list[Row]]:
    """Waits until no group is locked any more; what the imports left."""
    stage.wait_until(lambda: not stage.rows("SELECT FROM group_locks"), "no group is locked")
    return contents(stage)


def send(stage: Stage, group: str) -> int:
    """Starts a sendout to a group; its id."""
    message = Path(stage.folder / "message.txt")
    message.write_text("Good morning {{ contact.first_name | default('friend') }}!\n")
    return stage.tidings("send", "--yes", group, "--subject", "News", "--text", message, "--no-wait")["id"]
