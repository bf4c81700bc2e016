"""Where a request comes from."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.http import HttpRequest

HOME_BITS = 64


def client_address(request: HttpRequest) -> str:
    """The network address that the request comes from; empty if there is none.

    Behind a web server in front, which is on this machine or in its private network, it is whom that server names.
    """
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    # The last one is what the server in front saw itself; those before it are what it was told.
    named = _address(request.headers.get("X-Forwarded-For", "").rpartition(",")[2])
    return str((named if named and peer and peer.is_private else peer) or "")


def client_network(request: HttpRequest) -> str:
    """The same for limits: of IPv6 the network of 64 bits, for each home and each rented machine has a whole one."""
    address = _address(client_address(request))
    if not isinstance(address, IPv6Address):
        return str(address or "")
    return str(address.ipv4_mapped or IPv6Network((address, HOME_BITS), strict=False))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip())
    except ValueError:
        return None
