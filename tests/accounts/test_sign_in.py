from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from tidings.accounts.errors import TooManySignIns
from tidings.accounts.models import SignInAttempt
from tidings.accounts.sign_in import begin_attempt, end_well
from tidings.kernel import clock

pytestmark = pytest.mark.django_db

ANNA, OFFICE = "anna@example.org", "198.51.100.7"
NOW = clock.now()


def fail(times: int, *, email: str = "", client: str = "", now=NOW) -> None:
    """Wrong passwords, each for another address and from another client unless one is given."""
    for n in range(times):
        begin_attempt(email or f"somebody{n}@example.org", client or f"192.0.2.{n}", now)


def test_ten_passwords_may_be_wrong_for_an_address_and_the_eleventh_waits():
    fail(10, email=ANNA)
    with pytest.raises(TooManySignIns, match="Try again in 15 minutes"):
        begin_attempt(" ANNA@example.org", OFFICE, NOW)
    begin_attempt("berta@example.org", OFFICE, NOW)


def test_ten_passwords_may_be_wrong_from_a_client_and_the_eleventh_waits():
    fail(10, client=OFFICE)
    with pytest.raises(TooManySignIns):
        begin_attempt(ANNA, OFFICE, NOW)
    begin_attempt(ANNA, "198.51.100.8", NOW)


def test_the_wait_ends_when_the_first_of_the_ten_is_forgotten():
    fail(1, email=ANNA)
    fail(9, email=ANNA, now=NOW + timedelta(minutes=10))
    with pytest.raises(TooManySignIns, match=r"in a minute\."):
        begin_attempt(ANNA, OFFICE, NOW + timedelta(minutes=14, seconds=30))
    begin_attempt(ANNA, OFFICE, NOW + timedelta(minutes=15))


def test_who_is_refused_waits_no_longer_for_that():
    fail(10, email=ANNA)
    with pytest.raises(TooManySignIns):
        begin_attempt(ANNA, OFFICE, NOW)
    assert SignInAttempt.objects.count() == 10


def test_a_right_password_forgets_the_wrong_ones_before_it():
    for _ in range(5):
        fail(9, email=ANNA, client=OFFICE)
        end_well("Anna@example.org", OFFICE)
    assert not SignInAttempt.objects.exists()


def test_a_right_password_does_not_help_who_guesses_elsewhere():
    fail(10, client=OFFICE)
    fail(9, email=ANNA)
    end_well(ANNA, "203.0.113.9")
    with pytest.raises(TooManySignIns):
        begin_attempt(ANNA, OFFICE, NOW)


def test_old_rows_go_when_new_ones_come():
    fail(10)
    fail(1, email=ANNA, now=NOW + timedelta(minutes=15))
    assert SignInAttempt.objects.get().email == ANNA


def test_many_tries_at_once_are_no_more_than_one_after_another(committed):
    def guess(_n: int) -> bool:
        try:
            begin_attempt(ANNA, OFFICE, NOW)
        except TooManySignIns:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as guesses:
        assert sum(guesses.map(guess, range(20))) == 10
