import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from tidings.web.urls import urlpatterns

OPEN = {"login", "welcome"}
ARGUMENTS = {"pk": 1, "contact": 1, "token": "x"}


def address(pattern):
    arguments = {name: ARGUMENTS.get(name, 1) for name in pattern.pattern.converters}
    return reverse(f"web:{pattern.name}", kwargs=arguments)


guarded = [pattern for pattern in urlpatterns if pattern.name not in OPEN]


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", guarded, ids=lambda pattern: pattern.name)
def test_it_sends_strangers_to_the_login(client, pattern):
    for answer in (client.get(address(pattern)), client.post(address(pattern))):
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("web:login"))


@pytest.mark.django_db
def test_it_lets_strangers_see_the_login_and_the_welcome(client):
    assert client.get("/login/").status_code == 200
    assert client.get("/welcome/x/").status_code == 410


@pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: pattern.name)
def test_it_binds_every_path_with_page(pattern):
    assert pattern.callback.__wrapped__.__wrapped__


@pytest.mark.parametrize(
    "path",
    [
        "groups/1/members/1/remove/",
        "groups/1/attributes/remove/",
        "keys/1/revoke/",
        "blacklist/1/remove/",
        "exports/1/cancel/",
        "attributes/1/type/cancel/",
        "blacklist/imports/1/cancel/",
        "imports/mappings/1/forget/",
        "selections/build/",
        "selections/answer/",
        "selections/1/copy/",
        "selections/1/archive/",
        "selections/1/delete/",
        "transfers/1/cancel/",
        "transfers/1/confirm/",
        "files/add/",
        "files/1/shrink/",
        "files/1/describe/",
        "files/1/delete/",
        "messages/1/draft/",
        "messages/visual/check/",
        "messages/1/blocks/",
        "messages/1/restore/",
        "messages/1/discard/",
        "messages/1/archive/",
        "messages/1/activate/",
        "messages/1/delete/",
    ],
)
def test_it_changes_nothing_by_a_get(operator, path):
    assert operator.get(f"/{path}").status_code == 405


def test_it_refuses_a_form_without_its_token(world):
    from_elsewhere = Client(enforce_csrf_checks=True)
    from_elsewhere.force_login(world.user)
    answer = from_elsewhere.post("/keys/", {"name": "stolen"})
    assert answer.status_code == 403
    assert b"Please try again" in answer.content


@pytest.mark.django_db
def test_it_has_its_own_page_for_addresses_that_do_not_exist(client):
    answer = client.get("/nothing/here/")
    assert answer.status_code == 404
    assert b"There is no page at this address" in answer.content


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_its_error_pages_need_nothing_but_themselves(status):
    assert str(status) in render_to_string(f"{status}.html")
