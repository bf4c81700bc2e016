"""`tidings transfer` and `tidings transfers`."""

import pytest

from tidings.groups.models import Group
from tidings.locks import work
from tidings.transfers.models import Transfer

WORKER = "worker-of-the-tests"


@pytest.fixture
def groups(make_group, make_members):
    """A group with ten members, and one without."""
    source, target = make_group(), make_group()
    make_members(source, 10)
    return str(source.pk), target.address


def start(tidings, source: str, *words: str):
    return tidings("transfer", "--from", source, *words, "--no-wait", "--json")


def test_it_counts_and_changes_nothing(tidings, groups):
    source, target = groups
    found = tidings(
        "transfer", "--from", source, "--to", target, "--percent", "30", "--preview", "--json"
    ).json
    assert (found["chosen"], found["joined"]) == (3, 3)
    assert not Transfer.objects.exists()


def test_it_transfers_into_a_new_group(tidings, groups):
    started = start(tidings, groups[0], "--to-new", "Some", "--address", "some@example.org", "--number", "4")
    run = Transfer.objects.get(pk=started.json["id"])
    assert work.run(run.process_id, WORKER)
    assert tidings("transfers", "show", str(run.pk), "--json").json["joined"] == 4
    assert Group.objects.get(pk=run.target_id).name == "Some"


def test_it_lists_and_cancels(tidings, groups):
    number = start(tidings, groups[0], "--to", groups[1]).json["id"]
    assert [one["id"] for one in tidings("transfers", "list", "--group", groups[1], "--json").json] == [
        number
    ]
    assert tidings("transfers", "cancel", str(number)).code == 0
    assert work.run(Transfer.objects.get(pk=number).process_id, WORKER)
    assert tidings("transfers", "cancel", str(number), "--json").error["error"] == "transfer_ended"


def test_it_says_how_to_confirm_what_it_asks(tidings, groups):
    target, source = groups
    number = start(tidings, source, "--to", target, "--mode", "replace").json["id"]
    work.run(Transfer.objects.get(pk=number).process_id, WORKER)
    shown = tidings("transfers", "show", str(number), "--follow")
    assert (shown.code, f"tidings transfers confirm {number}" in shown.err) == (3, True)
    assert tidings("transfers", "confirm", str(number), "--json").json["state"] == "queued"


def test_it_wants_one_target(tidings, groups):
    answer = tidings("transfer", "--from", groups[0], "--json")
    assert (answer.code, answer.error["error"]) == (3, "no_target")
