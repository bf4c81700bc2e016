import pytest

from tests.web.furniture import PASSWORD
from tidings.accounts.actions import first_invitation
from tidings.accounts.models import User

pytestmark = pytest.mark.django_db
OWNER = {"name": "Olga", "email": "olga@example.org", "password": PASSWORD}


def sign_in(client, email, password):
    return client.post("/login/", {"username": email, "password": password})


def test_it_signs_in_whatever_the_case_of_the_address(client, world):
    assert sign_in(client, "OLGA@example.org", PASSWORD).url == "/"


def test_it_says_that_the_password_is_wrong(client, world):
    answer = sign_in(client, "olga@example.org", "wrong")
    assert answer.status_code == 200
    assert b'role="alert"' in answer.content


def test_it_lets_nobody_guess_on_and_says_how_long(client, world):
    for _ in range(10):
        sign_in(client, "olga@example.org", "wrong")
    answer = sign_in(client, "olga@example.org", PASSWORD)
    assert b"Signing in failed too often" in answer.content
    assert b"Try again in 15 minutes." in answer.content


def test_a_form_without_a_password_is_no_guess(client, world):
    for _ in range(11):
        sign_in(client, "olga@example.org", "")
    assert sign_in(client, "olga@example.org", PASSWORD).url == "/"


def test_who_signs_in_has_all_tries_again(client, world):
    for password in (["wrong"] * 9 + [PASSWORD]) * 2:
        answer = sign_in(client, "olga@example.org", password)
    assert answer.url == "/"


def test_it_goes_to_no_other_site_after_signing_in(client, world):
    form = {"username": "olga@example.org", "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post("/login/", form).url == "/"


def test_it_loads_the_whole_login_for_a_fragment_without_a_session(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/groups/?q=a"}
    answer = client.get("/login/?next=/groups/", headers=headers)
    assert answer.headers["HX-Redirect"] == "/login/?next=%2Fgroups%2F%3Fq%3Da"


def test_it_signs_out_only_by_a_form(operator):
    assert operator.get("/logout/").status_code == 405
    operator.post("/logout/")
    assert operator.get("/").url.startswith("/login/")


def test_it_makes_the_first_user_and_signs_them_in(client):
    answer = client.post(f"/welcome/{first_invitation()}/", OWNER)
    assert answer.url == "/"
    assert client.get("/").context["user"] == User.objects.get()


def test_it_makes_only_one_first_user(client):
    link = f"/welcome/{first_invitation()}/"
    client.post(link, OWNER)
    answer = client.post(link, OWNER | {"email": "second@example.org"})
    assert answer.status_code == 410
    assert User.objects.count() == 1


def test_it_says_at_the_form_why_a_password_is_weak(client):
    answer = client.post(f"/welcome/{first_invitation()}/", OWNER | {"password": "short"})
    assert answer.status_code == 200
    assert b"can&#x27;t be used" in answer.content
    assert not User.objects.exists()
