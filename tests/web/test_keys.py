from tidings.accounts.actions import user_of_key
from tidings.accounts.models import ApiKey


def test_it_shows_the_secret_of_a_new_key_once(operator, world):
    answer = operator.post("/keys/", {"name": "cash desk"})
    secret = answer.context["secret"]
    assert secret.encode() in answer.content
    assert user_of_key(secret) == world.user
    assert secret.encode() not in operator.get("/keys/").content


def test_it_lets_nobody_keep_the_page_with_the_secret(operator):
    assert "no-store" in operator.post("/keys/", {"name": "cash desk"}).headers["Cache-Control"]


def test_it_makes_no_key_without_a_name(operator):
    before = ApiKey.objects.count()
    assert b"This field is required" in operator.post("/keys/", {"name": " "}).content
    assert ApiKey.objects.count() == before


def test_it_revokes_a_key(operator):
    secret = operator.post("/keys/", {"name": "lost"}).context["secret"]
    key = ApiKey.objects.get(name="lost")
    assert b"is revoked" in operator.post(f"/keys/{key.pk}/revoke/", follow=True).content
    assert user_of_key(secret) is None


def test_it_says_that_there_is_no_such_key(operator):
    assert operator.post("/keys/99999/revoke/").status_code == 404
