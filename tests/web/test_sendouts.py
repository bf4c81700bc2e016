from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from tests.web.furniture import join
from tidings.messaging.actions import write
from tidings.sendouts.actions import start
from tidings.sendouts.models import Batch, Sendout
from tidings.sendouts.rules import Accounting
from tidings.web import pace, review, sendout_report

State = Sendout.State


@pytest.fixture
def version(world):
    return write(
        "Monday",
        subject="Monday news",
        text="Hello {{ contact.first_name }} {{ links.unsubscribe }}",
        by=world.user,
    )


@pytest.fixture
def path(world, version):
    return f"/groups/{world.group.pk}/send/{version.message_id}/"


@pytest.fixture
def sending(world, version):
    """A sendout that has just been started; its audience isn't made up yet."""
    return start(world.group, version, by=world.user)


def newest():
    return Sendout.objects.latest("pk")


def test_the_review_tells_who_gets_it_and_where_it_goes(path, operator):
    html = operator.get(path).content.decode()
    assert "Send to 6 people" in html
    assert "built-in" in html
    assert "Hello Anna" in html


def test_a_sendout_is_narrowed_on_the_review(world, path, operator):
    narrowed = f"{path}?{urlencode({'where': 'first_name = Anna'})}"
    html = operator.get(narrowed).content.decode()
    assert "Not selected" in html
    assert "Send to 1 person" in html
    operator.post(narrowed, {"when": "now", "last_seen": "0", "despite_warnings": "yes"})
    assert newest().rule == 'first_name = "Anna"'


def test_a_rule_that_can_not_be_read_sends_nothing(path, operator):
    html = operator.post(f"{path}?where=first_name+%3D", {"when": "now", "last_seen": "0"}).content.decode()
    assert "value of First name was expected" in html
    assert not Sendout.objects.filter(rule__gt="").exists()


def test_the_choice_of_a_message_keeps_the_rule(world, version, operator):
    html = operator.get(f"/groups/{world.group.pk}/send/?where=city+%3D+Bonn").content.decode()
    assert f"/send/{version.message_id}/?where=city+%3D+Bonn" in html


def test_confirming_starts_the_sendout(world, path, operator):
    response = operator.post(path, {"when": "now", "sender_name": "Shop"})
    assert response.url == f"/sendouts/{newest().pk}/"
    assert newest().state == State.PREPARING
    assert newest().frozen["sender_name"] == "Shop"


def test_looking_at_the_review_starts_nothing(world, path, operator):
    operator.get(path)
    assert newest() == world.sendout


def test_a_time_is_read_in_the_zone_that_the_page_names(path, operator, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    timezone.get_default_timezone.cache_clear()
    at = (timezone.localtime() + timedelta(days=1)).replace(second=0, microsecond=0, tzinfo=None)
    operator.post(path, {"when": "later", "at": at.isoformat(timespec="minutes")})
    assert "Europe/Berlin" in operator.get(path).content.decode()
    assert timezone.make_naive(newest().scheduled_at) == at
    assert newest().state == State.SCHEDULED


@pytest.mark.parametrize("at", ["", "2001-01-01T10:00", "tomorrow"])
def test_a_time_that_is_none_or_over_is_refused(world, path, operator, at):
    response = operator.post(path, {"when": "later", "at": at})
    assert response.context["form"].errors["at"]
    assert newest() == world.sendout


def test_many_people_need_the_typed_number(world, path, operator, monkeypatch):
    monkeypatch.setattr(review, "TYPED_ABOVE_PEOPLE", 5)
    assert "Type 6 to confirm" in operator.post(path, {"when": "now", "confirmed": "5"}).content.decode()
    assert newest() == world.sendout
    operator.post(path, {"when": "now", "confirmed": "6"})
    assert newest() != world.sendout


def test_the_number_must_be_that_of_now(world, path, operator, monkeypatch):
    monkeypatch.setattr(review, "TYPED_ABOVE_PEOPLE", 5)
    join("Hugo Holm", world.group, world.user)
    assert "Type 7 to confirm" in operator.post(path, {"when": "now", "confirmed": "6"}).content.decode()


def test_of_two_clicks_only_one_sends(path, operator):
    operator.post(path, {"when": "now", "last_seen": "0"})
    first = newest()
    html = operator.post(path, {"when": "now", "last_seen": "0", "confirmed": "6"}).content.decode()
    assert f"as sendout {first.pk}, so it was not sent again" in html
    assert newest() == first


def test_sending_the_same_version_again_needs_the_typed_number(path, operator):
    operator.post(path, {"when": "now"})
    first = newest()
    page = operator.get(path)
    assert "This version went to this group before" in page.content.decode()
    again = {"when": "now", "last_seen": first.pk}
    assert operator.post(path, again).context["form"].errors["confirmed"]
    operator.post(path, {**again, "confirmed": "6"})
    assert newest() != first


def test_a_group_that_is_written_now_is_told_on_the_review(world, version, operator):
    join("Hugo Holm", world.locked, world.user)
    path = f"/groups/{world.locked.pk}/send/{version.message_id}/"
    assert "A process is changing this group" in operator.get(path).content.decode()
    response = operator.post(path, {"when": "now"})
    assert response.status_code == 200
    assert "Import of autumn.csv" in response.content.decode()


def test_a_message_that_cannot_be_compiled_is_told_on_the_review(world, operator):
    version = write("x", subject="x", text="{{ contact.shoe_size }}", by=world.user)
    response = operator.post(f"/groups/{world.group.pk}/send/{version.message_id}/", {"when": "now"})
    assert "In the text, line 1" in response.content.decode()


def test_a_sendout_is_paused_resumed_and_cancelled(world, sending, operator):
    Batch.objects.create(
        sendout=sending, group=sending.group, number=1, contact_ids=[world.contact.pk], size=1
    )
    Sendout.objects.filter(pk=sending.pk).update(state=State.SENDING, started_at=timezone.now())
    for verb, state in (("pause", State.PAUSED), ("resume", State.SENDING), ("cancel", State.CANCELLED)):
        operator.post(f"/sendouts/{sending.pk}/{verb}/")
        assert Sendout.objects.get(pk=sending.pk).state == state


def test_speed_and_hours_are_chosen_on_the_review(path, operator):
    fields = {"pace-speed": "per_hour", "pace-per_hour": "20000", "pace-hours": "always"}
    operator.post(path, {"when": "now", "despite_warnings": "on", **fields})
    newest = Sendout.objects.latest("pk")
    assert newest.pace == {
        "speed": "per_hour",
        "per_hour": 20_000,
        "window_begins": None,
        "window_ends": None,
    }


def test_speed_and_hours_are_changed_while_it_runs(sending, operator):
    operator.post(
        f"/sendouts/{sending.pk}/pace/",
        {
            "speed": "spread",
            "spread_hours": "6",
            "hours": "window",
            "window_begins": "08:00",
            "window_ends": "20:00",
        },
    )
    html = operator.get(f"/sendouts/{sending.pk}/").content.decode()
    assert "08:00-20:00" in html
    assert "Speed or hours changed" in html


def test_a_speed_without_its_number_is_told(sending, operator):
    html = operator.post(f"/sendouts/{sending.pk}/pace/", {"speed": "per_hour"}, follow=True).content.decode()
    assert "Say how many." in html


def test_a_sendout_outside_its_hours_says_when_it_goes_on(sending, operator):
    hour = datetime.now(UTC).hour
    closed = {"window_begins": f"{(hour + 2) % 24:02}:00", "window_ends": f"{(hour + 3) % 24:02}:00"}
    Sendout.objects.filter(pk=sending.pk).update(
        state=State.SENDING, started_at=datetime.now(UTC), pace=closed
    )
    assert "Outside its hours." in operator.get(f"/sendouts/{sending.pk}/").content.decode()


def test_what_the_state_does_not_allow_is_told(world, operator):
    html = operator.post(f"/sendouts/{world.sendout.pk}/pause/", follow=True).content.decode()
    assert "can&#x27;t be paused" in html


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
def test_a_get_changes_nothing(sending, operator, verb):
    assert operator.get(f"/sendouts/{sending.pk}/{verb}/").status_code == 405


def test_the_page_shows_the_equation_and_the_timeline(sending, operator):
    html = operator.get(f"/sendouts/{sending.pk}/").content.decode()
    assert "0 accepted + 0 deferred + 0 failed + 0 skipped + 0 planned = 0 people of the audience" in html
    assert "Olga Olsen" in html.split("Timeline")[1]


def test_a_broken_equation_is_shown_as_broken(world, operator):
    Sendout.objects.filter(pk=world.sendout.pk).update(audience=5)
    assert "≠ 5 people" in operator.get(f"/sendouts/{world.sendout.pk}/").content.decode()


def test_the_live_part_is_cheap_and_asks_again_while_it_goes_on(
    sending, operator, django_assert_max_num_queries
):
    path = f"/sendouts/{sending.pk}/live/?state={sending.state}"
    with django_assert_max_num_queries(4):
        html = operator.get(path).content.decode()
    assert 'hx-trigger="pulse from:body"' in html


def test_the_live_part_of_an_ended_sendout_asks_no_more(world, operator):
    assert "hx-get" not in operator.get(f"/sendouts/{world.sendout.pk}/live/?state=finished").content.decode()


def test_a_new_state_brings_a_new_page(world, operator):
    response = operator.get(f"/sendouts/{world.sendout.pk}/live/?state=sending")
    assert response.headers["HX-Refresh"] == "true"


def test_the_list_of_people_goes_through_all_batches(operator, make_sendout, run_jobs, set_environment):
    set_environment(batch_size=2)
    sendout = make_sendout(members=5)
    run_jobs()
    response = operator.get(f"/sendouts/{sendout.pk}/people.csv")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert [line.split(",")[1:3] for line in lines[1:]] == [
        [f"p{n:04}@example.com", "planned"] for n in range(1, 6)
    ]


def test_reasons_are_told_with_code_and_people(world, operator):
    html = operator.get(f"/sendouts/{world.sendout.pk}/details/").content.decode()
    assert "5.1.1 no such user" in html
    assert "550" in html


def test_recipients_come_as_a_file_with_everyones_outcome(world, operator):
    response = operator.get(f"/sendouts/{world.sendout.pk}/people.csv")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert [line.split(",")[2] for line in lines[1:]] == ["accepted", "accepted", "accepted", "failed"]


def test_the_list_is_narrowed_by_subject_group_and_state(world, operator):
    for query, is_there in (("black", True), ("weekly", True), ("zebra", False)):
        html = operator.get(f"/sendouts/?{urlencode({'q': query, 'state': 'finished'})}").content.decode()
        assert ("Black Friday preview" in html) == is_there


def test_the_list_needs_few_queries(world, sending, operator, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        operator.get("/sendouts/")


def test_the_list_comes_as_a_file(world, operator):
    lines = b"".join(operator.get("/sendouts.csv").streaming_content).decode().splitlines()
    assert ",finished,true,4,0,3,0,1,0," in lines[1]


def test_choosing_a_message_leads_to_the_review(world, path, operator):
    assert path in operator.get(f"/groups/{world.group.pk}/send/").content.decode()


def test_the_parts_of_the_bar_fill_it():
    parts = sendout_report.parts(
        Accounting(audience=8, planned=1, accepted=4, deferred=1, failed=1, skipped=1)
    )
    assert sum(part.share for part in parts) == 100
    assert parts[-1].offset + parts[-1].share == 100


@pytest.mark.parametrize(("seconds", "step"), [(0, 1), (47, 1), (48, 2), (600, 15), (10**9, 86_400)])
def test_the_pace_is_drawn_in_even_steps(seconds, step):
    assert pace.step_for(seconds) == step
