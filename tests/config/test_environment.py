import stat

import pytest

from tidings.config.environment import BadSetting, Environment


@pytest.fixture
def variable(monkeypatch):
    return monkeypatch.setenv


def test_nothing_has_to_be_set(monkeypatch):
    for name in ("DATABASE_URL", "TIDINGS_SMTP_URL", "TIDINGS_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    environment = Environment()
    assert environment.uses_embedded_database
    assert environment.smtp_url == ""
    assert environment.base_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("value", ["", "soon", "0", "-1", "nan", "inf", "1,5"])
def test_seconds_are_a_number_above_zero(variable, value):
    variable("TIDINGS_LEASE_SECONDS", value)
    with pytest.raises(BadSetting, match=f"TIDINGS_LEASE_SECONDS={value} is not usable: a number of seconds"):
        Environment()


@pytest.mark.parametrize("value", ["", "many", "0", "-1", "1.5", "1e3"])
def test_counts_are_whole_numbers_above_zero(variable, value):
    variable("TIDINGS_BATCH_SIZE", value)
    with pytest.raises(BadSetting, match=r"TIDINGS_BATCH_SIZE=.* a whole number above zero"):
        Environment()


@pytest.mark.parametrize("value", ["", "1,,2", "1;2", "1,-2", "nan"])
def test_pauses_are_seconds_separated_by_commas(variable, value):
    variable("TIDINGS_RETRY_PAUSES_SECONDS", value)
    with pytest.raises(BadSetting, match=r"TIDINGS_RETRY_PAUSES_SECONDS=.* separated by commas"):
        Environment()


def test_values_are_read_as_they_are_meant(variable):
    variable("TIDINGS_RETRY_PAUSES_SECONDS", "1, 2.5")
    variable("TIDINGS_BASE_URL", " https://news.example.org/ ")
    variable("TIDINGS_DEBUG", "Yes")
    environment = Environment()
    assert environment.retry_pauses_seconds == (1.0, 2.5)
    assert environment.base_url == "https://news.example.org"
    assert environment.debug


def test_a_key_is_made_once_and_kept_for_the_owner_alone(variable, tmp_path):
    variable("TIDINGS_HOME", str(tmp_path / "home"))
    first, second = Environment().secret(), Environment().secret()
    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "home" / "secret.key").stat().st_mode) == 0o600


def test_a_key_that_is_given_is_used(variable, tmp_path):
    variable("TIDINGS_HOME", str(tmp_path))
    variable("TIDINGS_SECRET_KEY", "k" * 60)
    assert Environment().secret() == "k" * 60
    assert not (tmp_path / "secret.key").exists()
