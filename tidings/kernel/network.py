"""Where a request comes from."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The network address that the request comes from; empty if there is none.

    Behind a web server in front, which is on this machine or in its private network, it is whom that server names.
    """
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    # The last one is what the server in front saw itself; those before it are what it was told.
    named = _address(request.headers.get("X-Forwarded-For", "").rpartition(",")[2])
    return str((named if named and peer and peer.is_private else peer) or "")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip())
    except ValueError:
        return None
