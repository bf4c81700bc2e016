import pytest

from tidings.moderation.models import Request
from tidings.sendouts.approval import fingerprint
from tidings.sendouts.models import Sendout


@pytest.fixture
def path(world) -> str:
    return f"/approvals/{world.approval.pk}/"


def test_the_menu_says_that_something_waits(operator, world):
    assert "Spring sale" in operator.get("/approvals/").content.decode()
    assert "Approvals</span><span" in operator.get("/").content.decode()


def test_an_approver_sees_what_would_go_and_approves_it(operator, world, path):
    page = operator.get(path).content.decode()
    mark = fingerprint(world.approval.sendout)
    assert mark in page
    answer = operator.post(f"{path}approve/", {"seen": mark}, follow=True)
    assert "Approved. The sendout goes." in answer.content.decode()
    assert Sendout.objects.get(pk=world.approval.sendout_id).state == "scheduled"


def test_a_rejection_without_a_comment_says_what_is_missing(operator, world, path):
    answer = operator.post(f"{path}reject/", {"seen": "x", "comment": ""}, follow=True)
    assert "a rejection needs a comment" in answer.content.decode()


def test_a_rejected_one_stands_in_the_list_of_rejected_ones(operator, world, path):
    operator.post(f"{path}reject/", {"seen": "x", "comment": "Old <price>"})
    assert "Old &lt;price&gt;" in operator.get("/approvals/?state=rejected").content.decode()
    assert "Olga Olsen has rejected it" in operator.get(path).content.decode()


def test_who_may_not_decide_is_told_why(operator, world, path):
    Request.objects.filter(pk=world.approval.pk).update(asked_by=world.user)
    page = operator.get(path).content.decode()
    assert "wants four eyes" in page
    assert "approve/" not in page


def test_a_get_decides_nothing(operator, path):
    assert operator.get(f"{path}approve/").status_code == 405
    assert operator.get(f"{path}reject/").status_code == 405


def test_there_is_no_other(operator):
    assert operator.get("/approvals/99999999/").status_code == 404


def test_it_says_whom_the_rule_picks(operator, world, path):
    Sendout.objects.filter(pk=world.approval.sendout_id).update(rule='contact.city = "Berlin"')
    assert "Only those picked by" in operator.get(path).content.decode()
