from tidings.kernel import db


def worker_seen(ago):
    db.execute(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %(ago)s::interval)", {"ago": ago}
    )


def test_it_shows_what_runs_and_what_was_sent(operator, world):
    page = operator.get("/")
    assert "Import of autumn.csv" in [work.label for work in page.context["running"]]
    assert page.context["last"][0].accounting.accepted == 3
    assert page.context["totals"].members == 6


def test_it_warns_if_no_worker_is_alive(operator):
    worker_seen("2 minutes")
    assert b"No worker is running" in operator.get("/").content


def test_it_counts_workers_that_gave_a_sign(operator):
    worker_seen("5 seconds")
    worker_seen("2 minutes")
    page = operator.get("/dashboard/live/")
    assert page.context["health"].workers == 1
    assert b"No worker is running" not in page.content


def test_it_names_jobs_that_failed(operator):
    db.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts)"
        " VALUES ('long', 'tidings.imports.merge', 'failed', 3)"
    )
    assert operator.get("/").context["health"].failed == 1
    assert b"tidings.imports.merge" in operator.get("/dashboard/live/").content


def test_its_live_part_needs_few_queries(operator, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        operator.get("/dashboard/live/")


def test_it_speaks_one_language_whatever_the_browser_prefers(operator):
    page = operator.get("/", headers={"Accept-Language": "de"})
    db.execute("INSERT INTO membership_tallies (group_id, state, members) VALUES (1, 'active', 1000000)")
    assert "1,000,006" in operator.get("/", headers={"Accept-Language": "de"}).content.decode()
    assert 'lang="en"' in page.content.decode()
