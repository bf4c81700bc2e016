"""Whoever tampers with the rows is found out by counting them."""

import pytest

from tidings.kernel import db
from tidings.sendouts.queries import accounting, verify


@pytest.fixture
def sendout(make_sendout, deliver):
    return deliver(make_sendout(members=5))


def test_an_untouched_sendout_has_no_fault(sendout):
    assert verify(sendout) == []
    assert accounting(sendout).holds


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM deliveries WHERE position = 2",
        "UPDATE deliveries SET outcome = 'failed' WHERE position = 2",
        "UPDATE deliveries SET contact_id = contact_id + 1000 WHERE position = 2",
        "UPDATE deliveries SET position = 99 WHERE position = 2",
        "UPDATE sendout_batches SET accepted = accepted - 1",
        "UPDATE sendout_batches SET contact_ids = contact_ids[1:4]",
    ],
    ids=["row gone", "other outcome", "other person", "position beyond", "other count", "people gone"],
)
def test_a_changed_row_names_its_batch(sendout, tampering):
    db.execute(tampering)
    [fault] = verify(sendout)
    assert fault.startswith("batch 0: 5 people")


def test_another_audience_is_a_fault(sendout):
    db.execute("UPDATE sendouts SET audience = 6")
    assert verify(sendout) == ["the counts add up to 5, the audience is 6"]


def test_a_batch_that_is_gone_is_a_fault(sendout):
    db.execute("DELETE FROM sendout_batches")
    assert verify(sendout) == ["the counts add up to 0, the audience is 5"]
