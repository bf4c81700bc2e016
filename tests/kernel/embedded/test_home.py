"""Where things lie: known before anything exists, and always short enough for a socket."""

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tidings.kernel.embedded.configuration import machine_memory_mib, settings_text
from tidings.kernel.embedded.home import (
    LONGEST_SOCKET_PATH_BYTES,
    SOCKET_NAME,
    connection_params,
    home_of,
)

folder_names = st.text(st.characters(blacklist_characters="/\0", codec="utf-8"), min_size=1, max_size=60)
folders = st.lists(folder_names, min_size=1, max_size=4).map(lambda names: Path("/srv", *names))


@given(folders)
def test_the_socket_fits_and_is_one_host_to_libpq(folder):
    host = connection_params(folder)["host"]
    assert len(os.fsencode(f"{host}/{SOCKET_NAME}")) <= LONGEST_SOCKET_PATH_BYTES
    assert host.startswith("/")
    assert "," not in host


@given(folders, folders)
def test_two_homes_never_share_a_name_or_a_socket(one, other):
    if os.path.realpath(one) != os.path.realpath(other):
        assert home_of(one).name != home_of(other).name
        assert home_of(one).socket_dir != home_of(other).socket_dir


def test_asking_how_to_connect_creates_nothing(make_home):
    home = make_home()
    assert connection_params(home)["password"] == ""
    assert list(home.iterdir()) == []


def test_how_to_connect_stays_true_after_the_first_start(make_home, users):
    home = make_home()
    before = connection_params(home)
    users.ready(home)
    after = connection_params(home)
    assert after == before | {"password": after["password"]}
    assert len(after["password"]) > 40


def test_the_password_is_for_its_owner_only(template):
    assert (template / "postgres" / "password").stat().st_mode & 0o777 == 0o600


def test_data_and_socket_are_for_the_server_only(template):
    for name in ("data", "socket", "log"):
        assert (template / "postgres" / name).stat().st_mode & 0o777 == 0o700


def test_a_link_to_a_home_is_the_same_home(template, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(template)
    assert home_of(link) == home_of(template)


def test_lz4_is_used_where_it_is_built_in(template):
    assert "wal_compression = 'lz4'" in settings_text(home_of(template), build_options="'--with-lz4'")
    assert "wal_compression = 'pglz'" in settings_text(home_of(template), build_options="")


def test_the_memory_is_at_most_the_machines():
    total = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    assert 0 < machine_memory_mib() <= total + 1
