"""Users and API keys on the command line."""

import pytest

from tidings.accounts.actions import user_of_key
from tidings.accounts.models import User

CREATE = ("user", "create", "--email", "anna@example.org", "--name", "Anna")
PASSWORD = "correct-horse-battery"


@pytest.fixture
def anna(tidings, monkeypatch) -> User:
    monkeypatch.setenv("TIDINGS_PASSWORD", PASSWORD)
    assert tidings(*CREATE).code == 0
    return User.objects.get(email="anna@example.org")


def test_it_creates_a_user_with_the_password_of_the_environment(anna) -> None:
    assert anna.check_password(PASSWORD)


def test_it_creates_a_user_with_the_password_of_a_file(tidings, tmp_path) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    assert tidings(*CREATE, "--password-file", str(file), "--json").json["email"] == "anna@example.org"
    assert User.objects.get().check_password(PASSWORD)


def test_it_refuses_to_make_a_user_without_a_password(program) -> None:
    result = program(*CREATE, "--json", TIDINGS_PASSWORD="")
    assert (result.code, result.error["error"]) == (3, "no_password")


@pytest.mark.parametrize("content", [None, b"", b"\xff\n"])
def test_it_refuses_a_password_file_that_cannot_be_used(tidings, tmp_path, content) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
    assert tidings(*CREATE, "--password-file", str(file)).code == 3
    assert not User.objects.exists()


def test_it_refuses_a_second_user_of_one_address(tidings, anna) -> None:
    assert tidings(*CREATE, "--json").error["error"] == "email_taken"


def test_it_makes_a_key_that_works_until_it_is_revoked(tidings, anna) -> None:
    made = tidings("api-key", "create", "Shop", "--user", "Anna@example.org", "--json").json
    assert user_of_key(made["secret"]) == anna
    assert tidings("api-key", "revoke", str(made["id"]), "--json").json["revoked_at"]
    assert user_of_key(made["secret"]) is None


def test_it_lists_keys_without_their_secrets(tidings, anna) -> None:
    secret = tidings("api-key", "create", "Shop", "--user", "anna@example.org").out.splitlines()[-1]
    listed = tidings("api-key", "list")
    assert "Shop" in listed.out
    assert secret not in listed.out


def test_it_tells_which_user_or_key_is_not_there(tidings) -> None:
    assert tidings("api-key", "create", "Shop", "--user", "nobody@example.org").code == 4
    assert tidings("api-key", "revoke", "99").code == 4
