"""What goes to a moderated group is approved by somebody who may, and is what they saw."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from tidings.groups import attributes
from tidings.groups.models import Group
from tidings.journal.models import Fact
from tidings.kernel import clock
from tidings.messaging.actions import write
from tidings.messaging.models import Message
from tidings.moderation import actions, queries
from tidings.moderation.errors import Decided, NobodyMayApprove, NoComment, NotAnApprover, OwnSendout
from tidings.moderation.models import Request
from tidings.notices.models import Notice
from tidings.selections import actions as selections
from tidings.selections.choosing import chosen
from tidings.selections.language import parse
from tidings.sendouts import actions as sendouts
from tidings.sendouts.approval import fingerprint
from tidings.sendouts.begin import begin_scheduled
from tidings.sendouts.errors import ChangedSinceSeen, MoveRefused, NotAwaitingApproval
from tidings.sendouts.models import Sendout

pytestmark = pytest.mark.django_db

CLICKS = 20
HOUR = timedelta(hours=1)


@pytest.fixture
def author(make_user):
    return make_user("Anna")


@pytest.fixture
def approver(make_user):
    return make_user("Berta")


@pytest.fixture
def group(make_group, make_members, moderate, approver):
    group = make_group("News")
    make_members(group, 3)
    moderate(group, approver)
    return group


@pytest.fixture
def asked(group, make_message, author) -> Request:
    sendouts.start(group, make_message("Hello"), by=author)
    return Request.objects.get()


def seen(request: Request) -> str:
    return fingerprint(queries.find(request.pk).sendout)


def state_of(request: Request) -> str:
    return Sendout.objects.get(pk=request.sendout_id).state


def begin_now(request: Request) -> str:
    return begin_scheduled(request.sendout_id, clock.now())


def test_a_sendout_to_a_moderated_group_asks_its_approvers(asked, approver):
    assert state_of(asked) == "awaiting_approval"
    notice = Notice.objects.get()
    assert (notice.user, notice.path) == (approver, f"/approvals/{asked.pk}/")


def test_an_approval_lets_it_go(asked, approver):
    actions.approve(asked, seen(asked), by=approver)
    assert begin_now(asked) == "preparing"


def test_the_author_is_told(asked, approver, author):
    actions.approve(asked, seen(asked), by=approver)
    assert Notice.objects.filter(user=author, subject__startswith="Approved:").exists()


def test_a_sendout_for_later_waits_for_its_time_after_the_approval(group, make_message, author, approver):
    sendout = sendouts.start(group, make_message(), by=author, at=clock.now() + HOUR)
    asked = Request.objects.get()
    actions.approve(asked, seen(asked), by=approver)
    sendout.refresh_from_db()
    assert (sendout.state, sendout.scheduled_at > clock.now()) == ("scheduled", True)


def test_an_approval_that_comes_too_late_pauses_and_asks(group, make_message, author, approver):
    sendout = sendouts.start(group, make_message(), by=author, at=clock.now() + HOUR)
    asked = Request.objects.get()
    actions.approve(asked, seen(asked), by=approver)
    assert begin_scheduled(sendout.pk, clock.now() + 3 * HOUR) == "paused"


def test_a_rejection_ends_it_and_says_why(asked, approver, author):
    actions.reject(asked, " The price is last year's. ", by=approver)
    sendout = Sendout.objects.get()
    assert (sendout.state, sendout.state_reason) == ("rejected", "The price is last year's.")
    assert "The price is last year's." in Notice.objects.get(user=author).body


def test_what_was_rejected_gets_no_other_speed(asked, approver, author):
    actions.reject(asked, "Too early", by=approver)
    with pytest.raises(MoveRefused):
        sendouts.change_pace(Sendout.objects.get(), {"speed": "per_hour", "per_hour": 1}, by=author)


def test_a_rejection_needs_a_comment(asked, approver):
    with pytest.raises(NoComment):
        actions.reject(asked, "  ", by=approver)
    assert state_of(asked) == "awaiting_approval"


def test_what_was_rejected_can_be_sent_again_and_needs_an_approval_again(asked, approver, author, group):
    actions.reject(asked, "Too early", by=approver)
    again = sendouts.start(group, asked.sendout.version, by=author)
    assert again.state == "awaiting_approval"


def test_nobody_approves_their_own(group, make_message, approver, author, moderate):
    moderate(group, approver, author)
    sendouts.start(group, make_message(), by=approver)
    asked = Request.objects.get()
    with pytest.raises(OwnSendout):
        actions.approve(asked, seen(asked), by=approver)


def test_without_four_eyes_approvers_approve_their_own(group, make_message, approver, moderate):
    moderate(group, approver, four_eyes=False)
    sendouts.start(group, make_message(), by=approver)
    asked = Request.objects.get()
    actions.approve(asked, seen(asked), by=approver)
    assert state_of(asked) == "scheduled"


def test_who_is_no_approver_decides_nothing(asked, make_user):
    with pytest.raises(NotAnApprover):
        actions.reject(asked, "No", by=make_user("Carla"))
    assert state_of(asked) == "awaiting_approval"


def test_it_says_at_once_if_nobody_could_approve(group, make_message, approver):
    with pytest.raises(NobodyMayApprove):
        sendouts.start(group, make_message(), by=approver)
    assert not Sendout.objects.exists()


def test_the_second_decision_is_told_about_the_first(asked, approver, group, make_user, moderate):
    other = make_user("Carla")
    moderate(group, approver, other)
    actions.approve(asked, seen(asked), by=approver)
    with pytest.raises(Decided, match="Berta has approved"):
        actions.reject(asked, "No", by=other)


def test_of_twenty_who_click_at_once_one_decides(committed, asked, group, make_user, moderate):
    users = [make_user(f"Approver {n}") for n in range(CLICKS)]
    moderate(group, *users)
    mark = seen(asked)

    def click(user) -> str:
        try:
            request = queries.find(asked.pk)
            if user.pk % 2:
                actions.approve(request, mark, by=user)
            else:
                actions.reject(request, "No", by=user)
        except (Decided, NotAwaitingApproval):
            return "late"
        else:
            return request.state
        finally:
            connection.close()

    with ThreadPoolExecutor(CLICKS) as pool:
        outcomes = list(pool.map(click, users))
    [decision] = [outcome for outcome in outcomes if outcome != "late"]
    assert state_of(asked) == ("scheduled" if decision == "approved" else "rejected")
    assert Fact.objects.filter(verb__in=["sendout.approved", "sendout.rejected"]).count() == 1


def test_a_cancelled_sendout_is_not_asked_about_any_more(asked, author, approver):
    sendouts.cancel(asked.sendout, by=author)
    assert not queries.open_requests().exists()
    with pytest.raises(NotAwaitingApproval):
        actions.approve(asked, seen(asked), by=approver)
    assert Request.objects.get().state == "open"


def put_price(group: Group) -> None:
    attributes.put(group, "Price", "12 EUR", by=None)


def put_sender(group: Group) -> None:
    group.settings |= {"sender": {"name": "Somebody else"}}
    group.save(update_fields=["settings"])


def put_footer(group: Group) -> None:
    group.settings |= {"sender": {"footer_text": "Buy now"}}
    group.save(update_fields=["settings"])


def put_address(group: Group) -> None:
    Group.objects.filter(pk=group.pk).update(address="other@example.org")


def put_name(group: Group) -> None:
    Group.objects.filter(pk=group.pk).update(name="Olds")


def put_purpose(_group: Group) -> None:
    Message.objects.update(purpose="service")


def rename_message(_group: Group) -> None:
    Message.objects.update(name="Another name")


CHANGES = [put_price, put_sender, put_footer, put_address, put_name, put_purpose, rename_message]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_after_the_approval_needs_a_new_one(asked, approver, group, change):
    actions.approve(asked, seen(asked), by=approver)
    change(group)
    assert begin_now(asked) == "awaiting_approval"
    assert Request.objects.filter(state="open").count() == 1


@pytest.mark.parametrize("change", CHANGES)
def test_nobody_approves_what_has_changed_since_they_looked(asked, approver, group, change):
    mark = seen(asked)
    change(group)
    with pytest.raises(ChangedSinceSeen):
        actions.approve(asked, mark, by=approver)
    assert (state_of(asked), Request.objects.get().state) == ("awaiting_approval", "open")


def test_a_change_of_a_selection_after_the_approval_needs_a_new_one(
    group, make_message, make_contact, author, approver
):
    berliners = selections.create("Berliners", parse('city = "Berlin"'), by=author)
    within = selections.create("Some", parse("in selection Berliners or has email"), by=author)
    sendouts.start(group, make_message(), whom=chosen(where="in selection Some"), by=author)
    asked = Request.objects.get()
    actions.approve(asked, seen(asked), by=approver)
    assert within.selections == [berliners.pk]
    selections.change(berliners, rule=parse('city = "Hamburg"'), by=author)
    assert begin_now(asked) == "awaiting_approval"


def test_a_new_version_of_the_message_is_not_what_was_approved_and_does_not_go(asked, approver, author):
    version = asked.sendout.version
    write("", subject="Hello again", text="Something else", by=author, message=version.message)
    actions.approve(asked, seen(asked), by=approver)
    assert begin_now(asked) == "preparing"
    assert Sendout.objects.get().version == version


def test_a_group_that_becomes_moderated_stops_what_is_planned(
    *, make_group, make_members, make_message, author, approver, moderate
):
    group = make_group()
    make_members(group, 1)
    sendout = sendouts.start(group, make_message(), by=author, at=clock.now() + HOUR)
    moderate(group, approver)
    assert begin_scheduled(sendout.pk, clock.now() + HOUR) == "awaiting_approval"


def test_a_resumed_sendout_goes_around_nothing(group, make_message, author, approver):
    sendout = sendouts.start(group, make_message(), by=author, at=clock.now() + HOUR)
    asked = Request.objects.get()
    actions.approve(asked, seen(asked), by=approver)
    begin_scheduled(sendout.pk, clock.now() + 3 * HOUR)
    put_price(group)
    sendout.refresh_from_db()
    assert sendouts.resume(sendout, by=author).state == "awaiting_approval"
