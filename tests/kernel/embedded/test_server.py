"""The life of the server: started once, found by others, stopped by the last, back after any kill."""

import os
import signal
import threading
import time
from pathlib import Path

import psycopg
import pytest

from tidings.kernel.embedded.processes import postmaster
from tidings.kernel.embedded.server import Server, running

# Whoever runs the tests; and when that is root, an ordinary user too.
USERS = [None, "nobody"] if os.geteuid() == 0 else [None]

KEPT = "SELECT text FROM kept ORDER BY text DESC"
COMPUTE_FOR_MINUTES = "SELECT count(*) FROM generate_series(1, 20000000000) AS n WHERE n % 7 = 3"


@pytest.mark.parametrize("user", USERS)
def test_the_first_start_makes_a_database_and_the_second_finds_its_data(user, users, make_home, ask, connect):
    home = make_home(user)
    first, _ = users.ready(home, user=user)
    with connect(home) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    assert users.leave(first) == 0
    users.ready(home, user=user)
    assert ask(home, "SELECT one FROM kept") == 1


@pytest.mark.parametrize("user", USERS)
def test_a_server_whose_starter_was_killed_is_found_and_stopped_by_the_next(user, users, home_of_user, alive):
    home = home_of_user(user)
    killed, first = users.ready(home, user=user)
    killed.kill()
    killed.wait()
    assert alive(first["pid"])
    next_one, second = users.ready(home, user=user)
    assert second == {"pid": first["pid"], "started_here": False}
    assert users.leave(next_one) == 0
    assert not alive(first["pid"])


@pytest.mark.parametrize("user", USERS)
def test_it_starts_after_everything_was_killed(user, users, home_of_user, ask):
    home = home_of_user(user)
    killed, first = users.ready(home, user=user)
    killed.kill()
    os.kill(first["pid"], signal.SIGKILL)
    _, second = users.ready(home, user=user)
    assert second["started_here"]
    assert ask(home, "SELECT 1") == 1


def test_what_was_committed_survives_a_kill_of_the_server(home, ask, connect):
    with running(home) as server:
        with connect(home) as connection:
            connection.execute("INSERT INTO kept VALUES ('committed')")
        os.kill(server.pid, signal.SIGKILL)
    with running(home):
        assert ask(home, "SELECT count(*) FROM kept WHERE text = 'committed'") == 1


def test_it_starts_although_a_child_of_the_killed_server_still_computes(home, connect, ask):
    with running(home) as server:
        busy = connect(home)
        busy.pgconn.send_query(COMPUTE_FOR_MINUTES.encode())
        time.sleep(0.2)
        os.kill(server.pid, signal.SIGKILL)
        server.keep_running()
    began = time.monotonic()
    with running(home):
        assert ask(home, KEPT) == "still here"
    assert time.monotonic() - began < 10
    busy.close()


def test_a_left_over_process_id_that_belongs_to_another_program_now_is_no_obstacle(users, home_of_user):
    home = home_of_user(USERS[-1])
    killed, first = users.ready(home, user=USERS[-1])
    bystander = users.start(home, user=USERS[-1], wrapper=["sh", "-c", "exec sleep 60"])
    killed.kill()
    os.kill(first["pid"], signal.SIGKILL)
    pid_file = home / "postgres" / "data" / "postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace(str(first["pid"]), str(bystander.pid)))
    _, second = users.ready(home, user=USERS[-1])
    assert second["started_here"]


def test_of_five_starts_at_once_exactly_one_starts_it_and_all_can_use_it(users, make_home, connect, alive):
    home = make_home()
    processes = [users.start(home) for _ in range(5)]
    said = [users.said_by(process) for process in processes]
    assert sorted(one["started_here"] for one in said) == [False] * 4 + [True]
    assert len({one["pid"] for one in said}) == 1
    for process in processes:
        connect(home).close()
        assert users.leave(process) == 0
    assert not alive(said[0]["pid"])


def test_the_server_stays_for_others_when_its_starter_leaves(users, home, ask, alive):
    starter, said = users.ready(home)
    other, _ = users.ready(home)
    assert users.leave(starter) == 0
    assert ask(home, KEPT) == "still here"
    assert users.leave(other) == 0
    assert not alive(said["pid"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_its_only_user_stops_the_server(number, users, home, alive):
    user, said = users.ready(home)
    user.send_signal(number)
    user.wait(30)
    assert not alive(said["pid"])


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(server):
    assert os.getsid(server.pid) == server.pid != os.getsid(0)


def test_a_killed_server_starts_again_when_looked_after(home, ask, eventually, alive):
    with running(home) as server:
        killed = server.pid
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: not alive(killed))
        eventually(lambda: server.keep_running() or server.pid not in {None, killed})
        server.start()
        assert ask(home, KEPT) == "still here"


def test_a_killed_server_starts_again_when_its_user_asks_again(home, ask):
    with running(home) as server:
        os.kill(server.pid, signal.SIGKILL)
        server._child.wait()
        server.start()
        assert ask(home, KEPT) == "still here"


def test_a_start_while_the_server_still_ends_waits_for_its_end_and_starts_it(home, connect, ask):
    with running(home) as server:
        with connect(home) as client:
            os.kill(server.pid, signal.SIGTERM)  # refuses others, and ends after its last client
            threading.Timer(0.3, client.close).start()
            server.start()
        assert ask(home, "SELECT 1") == 1


def test_looking_after_a_living_server_changes_nothing(server):
    before = server.pid
    server.keep_running()
    assert server.pid == before


def test_a_stopped_server_leaves_no_process(home):
    with running(home) as server:
        assert postmaster(server.home)
    server.stop()
    assert postmaster(server.home) is None


def test_one_process_may_use_it_twice(home, ask):
    first, second = Server(home), Server(home)
    first.start()
    second.start()
    first.stop()
    assert ask(home, KEPT) == "still here"
    second.stop()


def test_it_listens_on_no_network_port(server):
    sockets = {str(file.readlink()) for file in Path(f"/proc/{server.pid}/fd").iterdir()}
    tables = [Path(f"/proc/net/{name}").read_text().split() for name in ("tcp", "tcp6")]
    inodes = {f"socket:[{word}]" for table in tables for word in table}
    assert any(name.startswith("socket:") for name in sockets)
    assert not sockets & inodes


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit", "data_checksums"])
def test_it_is_durable(setting, server, looked_at, ask):
    assert ask(looked_at, f"SHOW {setting}") == "on"


def test_its_role_may_make_databases_and_extensions_but_is_no_superuser(server, looked_at, connect):
    with connect(looked_at) as connection:
        assert connection.execute("SELECT rolcreatedb FROM pg_roles WHERE rolname = 'tidings'").fetchone()[0]
        connection.execute("CREATE EXTENSION btree_gist; CREATE EXTENSION citext")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("COPY (SELECT 1) TO PROGRAM 'cat'")


def test_a_wrong_password_is_refused(server, looked_at, connect):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect(looked_at, password="wrong")
