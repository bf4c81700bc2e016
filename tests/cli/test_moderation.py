import pytest

from tidings.cli.exits import Exit
from tidings.moderation.models import Request
from tidings.sendouts import actions as sendouts


@pytest.fixture
def asked(make_user, make_group, make_members, make_message, moderate):
    approver = make_user("Berta")
    group = make_group()
    moderate(group, approver)
    make_members(group, 1)
    sendouts.start(group, make_message("Hello"), by=make_user("Paul"))
    return Request.objects.get(), approver


def test_it_lists_and_approves(tidings, asked) -> None:
    request, approver = asked
    assert [one["id"] for one in tidings("moderation", "list", "--json").json] == [request.pk]
    done = tidings("moderation", "approve", str(request.pk), "--user", approver.email, "--json").json
    assert (done["state"], done["decided_by"]) == ("approved", approver.email)


def test_it_rejects_with_a_comment(tidings, asked) -> None:
    request, approver = asked
    done = tidings(
        "moderation", "reject", str(request.pk), "--user", approver.email, "--comment", "Old", "--json"
    )
    assert (done.json["state"], done.json["comment"]) == ("rejected", "Old")
    assert "Nothing awaits" in tidings("moderation", "list").out


def test_who_sends_does_not_wait_for_the_approval(tidings, asked) -> None:
    request, _ = asked
    sent = tidings(
        "send", "--yes", str(request.sendout.group_id), "--subject", "More", "--text", __file__, "--json"
    )
    assert (sent.code, sent.json["state"]) == (0, "awaiting_approval")


def test_it_tells_that_a_rejection_is_no_good_end(tidings, asked) -> None:
    request, approver = asked
    tidings("moderation", "reject", str(request.pk), "--user", approver.email, "--comment", "Old")
    shown = tidings("sendout", "show", str(request.sendout_id), "--follow", "--json")
    assert (shown.code, shown.json["state"]) == (Exit.ENDED_BADLY, "rejected")
