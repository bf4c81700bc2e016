"""Long work on the command line: imports, sendouts and exports, with and without workers that run already."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tidings.cli.ground import living_workers
from tidings.imports.models import Import
from tidings.locks.actions import begin
from tidings.locks.models import Process
from tidings.messaging.models import Message
from tidings.sendouts.models import Sendout

# Long enough to begin to wait, shorter than workers need to start.
MOMENT_SECONDS = 0.5
# A dozen processes are started, each of which loads everything; that takes minutes where others compute as well.
SLOW_SECONDS = 400
PEOPLE = "email,first_name\nanna@example.com,Anna\nbert@example.com,Bert\nbroken,Carl\n"


@pytest.fixture
def people(tmp_path) -> str:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE)
    return str(file)


@pytest.fixture
def letter(tmp_path) -> str:
    file = tmp_path / "letter.txt"
    file.write_text("Hello {{ contact.first_name }}")
    return str(file)


@pytest.mark.timeout(SLOW_SECONDS)
def test_it_imports_and_sends_and_exports_with_workers_of_its_own(
    program, make_group, people, letter, tmp_path
) -> None:
    number = str(make_group().pk)
    done = program("import", number, people, "--json")
    assert done.code == 0, done.err
    run = done.json
    assert (run["state"], run["rows"], run["created"], run["rejected"]) == ("finished", 3, 2, 1)
    sent = program("send", "--yes", number, "--subject", "Hello", "--text", letter, "--json").json
    assert (sent["state"], sent["audience"], sent["accepted"]) == ("finished", 2, 2)
    assert program("export", number, "--out", str(tmp_path / "members.csv")).code == 0
    assert "anna@example.com" in (tmp_path / "members.csv").read_text()
    assert living_workers() == 0


@pytest.mark.timeout(SLOW_SECONDS)
def test_it_uses_workers_that_run_already(program, start_workers, make_group, make_members, letter) -> None:
    group = make_group()
    make_members(group, 3)
    start_workers()
    sent = program("send", "--yes", str(group.pk), "--subject", "Hello", "--text", letter)
    assert sent.code == 0
    assert "audience: holds." in sent.out
    assert Sendout.objects.get().state == "finished"


def test_it_only_starts_what_nobody_is_to_wait_for(tidings, make_group, make_members, letter) -> None:
    group = make_group()
    make_members(group, 1)
    later = tidings(
        "send",
        "--yes",
        str(group.pk),
        "--subject",
        "A",
        "--text",
        letter,
        "--at",
        "2999-01-01T09:00Z",
        "--json",
    )
    assert (later.code, later.json["state"]) == (0, "scheduled")
    now = tidings("send", "--yes", str(group.pk), "--subject", "B", "--text", letter, "--no-wait", "--json")
    assert (now.code, now.json["state"]) == (0, "preparing")
    assert "No worker runs" in now.err


def test_it_refuses_with_5_what_a_lock_is_in_the_way_of(
    tidings, make_group, make_members, letter, people
) -> None:
    group = make_group()
    make_members(group, 1)
    begin(Process.Kind.IMPORT, [group.pk], label="other.csv", by=None)
    for words in (
        ("send", "--yes", str(group.pk), "--subject", "A", "--text", letter),
        ("import", str(group.pk), people),
    ):
        result = tidings(*words, "--json")
        assert (result.code, result.error["error"]) == (5, "group_locked")
        assert "other.csv" in result.error["message"]
    assert not Message.objects.exists()


def test_it_refuses_a_message_without_content(tidings, make_group) -> None:
    result = tidings("send", "--yes", str(make_group().pk), "--subject", "A")
    assert result.code == 2
    assert "--html" in result.err


def test_it_refuses_files_that_cannot_be_read(tidings, make_group, tmp_path) -> None:
    number, none = str(make_group().pk), str(tmp_path / "none")
    assert tidings("import", number, none, "--json").error["error"] == "unreadable_file"
    assert (
        tidings("send", "--yes", number, "--subject", "A", "--html", none, "--json").error["error"]
        == "unreadable_file"
    )


def test_it_stops_at_unknown_columns_unless_told_otherwise(tidings, make_group, tmp_path) -> None:
    number, file = str(make_group().pk), tmp_path / "people.csv"
    file.write_text("email,Fax\nanna@example.com,1\n")
    assert tidings("import", number, str(file)).code == 3
    assert not Import.objects.exists()
    assert tidings("import", number, str(file), "--map", "Fax=ignore", "--no-wait").code == 0


def test_it_lists_shows_and_cancels_imports(tidings, make_group, people) -> None:
    number = str(tidings("import", str(make_group().pk), people, "--no-wait", "--json").json["id"])
    assert [str(run["id"]) for run in tidings("imports", "list", "--json").json] == [number]
    assert tidings("imports", "show", number, "--json").json["state"] == "queued"
    assert tidings("imports", "cancel", number).code == 0
    assert Import.objects.get().process.cancel_requested
    assert tidings("imports", "show", "999").code == 4


def test_it_lists_checks_and_cancels_sendouts(tidings, make_sendout) -> None:
    number = str(make_sendout().pk)
    assert [str(one["id"]) for one in tidings("sendout", "list", "--json").json] == [number]
    assert tidings("sendout", "check", "--all", "--json").json == [
        {"id": int(number), "holds": True, "problems": []}
    ]
    assert tidings("sendout", "accounting", number, "--json").json["holds"]
    assert tidings("sendout", "accounting", number, "--in-doubt", "--json").json["doubts"] == []
    assert tidings("sendout", "cancel", number, "--json").json["state"] == "cancelled"
    assert tidings("sendout", "resume", number).code == 3


def test_it_saves_the_recipients_of_a_sendout(tidings, make_sendout, run_jobs, tmp_path) -> None:
    number, file = str(make_sendout(members=2).pk), tmp_path / "people.csv"
    run_jobs()
    assert tidings("sendout", "recipients", number, "--out", str(file), "--json").json["file"] == str(file)
    assert [line.split(",")[1:3] for line in file.read_text("utf-8-sig").splitlines()[1:]] == [
        ["p0001@example.com", "planned"],
        ["p0002@example.com", "planned"],
    ]


def test_it_sends_at_a_speed_and_in_a_window_and_changes_both(
    tidings, make_group, make_members, letter
) -> None:
    make_members(group := make_group(), 1)
    words = ("--speed", "20000/h", "--window", "08:00-20:00", "--no-wait", "--json")
    sent = tidings("send", "--yes", str(group.pk), "--subject", "A", "--text", letter, *words).json
    assert (sent["per_hour"], sent["window"]) == (20_000, "08:00-20:00 UTC")
    changed = tidings("sendout", "pace", str(sent["id"]), "--speed", "fastest", "--json").json
    assert (changed["per_hour"], changed["pace"]) == (None, {"speed": "fastest"})
    assert tidings("sendout", "pace", str(sent["id"]), "--speed", "soon").code == 2


def test_it_tells_a_broken_equation_with_6(tidings, make_sendout) -> None:
    sendout = make_sendout()
    Sendout.objects.update(audience=7)
    result = tidings("sendout", "check", str(sendout.pk), "--json")
    assert (result.code, result.error["error"]) == (6, "equation_broken")
    assert not result.json[0]["holds"]


def test_it_asks_which_sendout_to_check(tidings) -> None:
    assert tidings("sendout", "check").code == 2
    assert tidings("sendout", "check", "1", "--all").code == 2


def test_it_lets_an_import_go_on_after_ctrl_c(test_environment, tmp_path, make_group, people) -> None:
    """Its own workers end with it; the import stays where it is and can be followed."""
    program = Path(sys.executable).with_name("tidings")
    environment = {**test_environment, "TIDINGS_HOME": str(tmp_path / "home")}
    words = [program, "import", str(make_group().pk), people]
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as waiting:
        while not Import.objects.filter(state=Import.State.QUEUED).exists():
            time.sleep(0.05)
        time.sleep(MOMENT_SECONDS)
        waiting.send_signal(signal.SIGINT)
        _, err = waiting.communicate(timeout=60)
    run = Import.objects.get()
    assert waiting.returncode == 130
    assert f"tidings imports show {run.pk} --follow" in err


def test_it_imports_what_is_piped_in(program, make_group) -> None:
    done = program("import", str(make_group().pk), "-", "--no-wait", "--json", stdin=PEOPLE)
    assert (done.code, done.json["filename"]) == (0, "standard input")
    assert Import.objects.get().size == len(PEOPLE)
