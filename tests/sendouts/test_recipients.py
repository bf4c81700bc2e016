"""Everyone of an audience by name."""

import pytest

from tidings.kernel import db
from tidings.sendouts import recipients as shown
from tidings.sendouts.recipients import BEGINNING, as_csv, recipients


@pytest.fixture
def sendout(make_sendout, run_jobs, set_environment):
    set_environment(batch_size=2)
    sendout = make_sendout(members=5)
    run_jobs()
    return sendout


def addresses(sendout, **page):
    return [row["email"] for _, row in recipients(sendout.pk, **page)]


def test_pages_follow_each_other_also_in_the_middle_of_a_batch(sendout):
    first = recipients(sendout.pk, limit=3)
    assert [row["email"] for _, row in first] == [f"p{n:04}@example.com" for n in (1, 2, 3)]
    assert addresses(sendout, after=first[-1][0], limit=3) == ["p0004@example.com", "p0005@example.com"]


def test_nobody_stands_behind_the_last(sendout):
    last = recipients(sendout.pk, limit=5)[-1][0]
    assert addresses(sendout, after=last, limit=5) == []


def test_whoever_has_no_outcome_yet_is_planned(sendout):
    [(_, first)] = recipients(sendout.pk, limit=1)
    assert (first["outcome"], first["attempt"], first["at"]) == ("planned", 0, None)


def test_an_erased_contact_keeps_the_line_without_an_address(sendout):
    db.execute("UPDATE sendout_batches SET contact_ids[1] = 999999 WHERE number = 0")
    [(_, first)] = recipients(sendout.pk, after=BEGINNING, limit=1)
    assert (first["contact"], first["email"]) == (999_999, None)


def test_a_file_of_all_asks_once_for_many_batches(sendout, monkeypatch):
    monkeypatch.setattr(shown, "PEOPLE_PER_QUERY", 4)
    _, *asked = as_csv(sendout.pk)
    assert [len(lines.splitlines()) for lines in asked] == [4, 1]
    assert [line.split(",")[1] for line in "".join(asked).splitlines()] == [
        f"p{n:04}@example.com" for n in range(1, 6)
    ]
