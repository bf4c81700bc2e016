import pytest

from tidings.kernel.network import client_address, client_network


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


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::7", "2001:db8:1:3::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("198.51.100.7", "198.51.100.7"),
        ("", ""),
    ],
)
def test_limits_count_a_home_as_one_whatever_its_addresses(rf, peer, network):
    assert client_network(rf.get("/", REMOTE_ADDR=peer)) == network
