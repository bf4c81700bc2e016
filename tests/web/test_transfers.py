"""The pages of transfers."""

from tidings.transfers.models import Transfer


def wish(world, **rest):
    return {"source": world.group.address, "target": world.empty.pk, "mode": "add", "do": "count", **rest}


def test_it_counts_before_and_offers_to_begin(operator, world):
    html = operator.post("/transfers/new/", wish(world)).content.decode()
    assert "<b>6</b> people are chosen" in html
    assert "Transfer 6 people" in html
    assert Transfer.objects.count() == 2


def test_it_begins_what_was_counted(operator, world):
    answer = operator.post("/transfers/new/", wish(world, do="start", number="2"))
    run = Transfer.objects.latest("pk")
    assert answer.url == f"/transfers/{run.pk}/"
    assert (run.source, run.target, run.number, run.started_by) == (world.group, world.empty, 2, world.user)
    assert "Waiting for a worker" in operator.get(answer.url).content.decode()


def test_it_says_what_is_missing(operator, world):
    html = operator.post("/transfers/new/", wish(world, target="")).content.decode()
    assert "either to a group that exists or to a new one" in html


def test_it_says_that_the_group_is_held(operator, world):
    html = operator.post("/transfers/new/", wish(world, do="start", target=world.locked.pk)).content.decode()
    assert "can&#x27;t be used now" in html


def test_a_group_is_named_by_its_name_if_only_one_is_called_so(operator, world):
    html = operator.post("/transfers/new/", wish(world, source="weekly NEWSLETTER")).content.decode()
    assert "<b>6</b> people are chosen" in html
    assert (
        "There is no group “nobody”."
        in operator.post("/transfers/new/", wish(world, source="nobody")).content.decode()
    )


def test_it_proposes_groups_while_one_types(operator, world):
    html = operator.get("/groups/choices/?source=deal").content.decode()
    assert html.count("<option") == 1
    assert 'value="deals@news.example.org"' in html


def test_it_asks_before_many_leave(operator, world):
    html = operator.post(
        "/transfers/new/", wish(world, source=world.empty.pk, target=world.group.pk, mode="replace")
    )
    assert "<b>6 of 6</b> members" in html.content.decode()
    assert "The transfer will ask you" in html.content.decode()


def test_it_confirms_and_cancels(operator, world):
    operator.post(f"/transfers/{world.asking.pk}/confirm/")
    assert Transfer.objects.get(pk=world.asking.pk).state == "queued"
    operator.post(f"/transfers/{world.asking.pk}/cancel/")
    assert Transfer.objects.get(pk=world.asking.pk).process.cancel_requested


def test_the_list_becomes_a_file(operator, world):
    answer = operator.get(f"/transfers.csv?group={world.empty.pk}&state=finished")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert "Weekly newsletter" in lines[1]


def test_its_pages_take_few_queries(operator, world, django_assert_max_num_queries):
    for path in ("/transfers/", f"/transfers/{world.transferred.pk}/"):
        with django_assert_max_num_queries(10):
            operator.get(path)
