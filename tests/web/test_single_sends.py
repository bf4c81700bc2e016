import pytest

from tidings.messaging.actions import create, write
from tidings.sendouts.models import Single


@pytest.fixture
def path(world):
    made = create("Order", purpose="service", by=world.user)
    version = write("", subject="Order", text="Order {{ param.order }}", by=world.user, message=made)
    return f"/messages/{version.message_id}/send-one/"


def test_it_asks_for_each_parameter_and_sends(operator, world, path):
    asked = {"address": "new@example.com", "group": world.group.address, "param-order": "A-1"}
    answer = operator.post(path, asked)
    single = Single.objects.get()
    assert answer.url == f"/sendouts/{single.sendout_id}/"
    assert (single.contact.email, single.params) == ("new@example.com", {"order": "A-1"})
    assert "single sends" in operator.get(answer.url).text


def test_what_is_missing_is_said_and_nothing_is_sent(operator, world, path):
    answer = operator.post(path, {"address": "no address", "group": world.group.address, "param-order": "1"})
    assert "no address" in answer.text
    assert not Single.objects.exists()
