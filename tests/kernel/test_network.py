import pytest

from tidings.kernel.network import client_address


@pytest.mark.parametrize(
    ("peer", "named", "client"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.2", "6.6.6.6, 2001:db8::7", "2001:db8::7"),
        ("203.0.114.9", "198.51.100.7", "203.0.114.9"),  # whoever comes from outside may claim anything
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("", "198.51.100.7", ""),
    ],
)
def test_a_client_is_who_the_web_server_in_front_names(rf, peer, named, client):
    request = rf.get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": named})
    assert client_address(request) == client
