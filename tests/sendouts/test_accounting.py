"""The same account by every door: by state, by reason and by subgroup."""

import json

import pytest
from django.test import Client

from tidings.accounts.actions import create_api_key
from tidings.cli.main import main
from tidings.sendouts.models import Portion, Sendout

COUNTS = {"audience": 3, "planned": 0, "accepted": 2, "deferred": 0, "failed": 1, "skipped": 0}


@pytest.fixture
def sendout(make_sendout, deliver, relay) -> Sendout:
    relay.answer = lambda recipient, _nth: "550 unknown" if recipient.startswith("p0002") else "250 ok"
    return deliver(make_sendout(members=3))


@pytest.fixture
def subgroup(sendout) -> dict[str, object]:
    """The sendout's group, as if it had got a SuperMessage."""
    Portion.objects.create(sendout=sendout, group=sendout.group, group_name="Berlin", position=1)
    return {"group": sendout.group_id, "group_name": "Berlin", **COUNTS}


def told(capsys, set_environment, *words: object) -> dict:
    set_environment(database_url="the test database")
    capsys.readouterr()
    assert main(["sendout", "accounting", *map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_command_line_tells_it_by_subgroup(sendout, subgroup, capsys, set_environment):
    found = told(capsys, set_environment, sendout.pk, "--by", "subgroup")
    assert found["subgroups"] == [subgroup]
    assert {name: found[name] for name in COUNTS} == COUNTS


def test_the_command_line_tells_it_by_reason(sendout, capsys, set_environment):
    [reason] = told(capsys, set_environment, sendout.pk, "--by", "reason", "--in-doubt")["reasons"]
    assert reason == {"outcome": "failed", "code": 550, "reason": "unknown", "people": 1}


def test_the_api_tells_it_by_reason_and_subgroup(sendout, subgroup, make_user):
    key = create_api_key(make_user(), "tests")[1]
    path = f"/api/v1/sendouts/{sendout.pk}/accounting"
    found = Client(headers={"Authorization": f"Bearer {key}"}).get(path).json()
    assert found["subgroups"] == [subgroup]
    assert found["reasons"] == [{"outcome": "failed", "code": 550, "reason": "unknown", "people": 1}]
    assert found["holds"]
