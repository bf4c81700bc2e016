"""What can go wrong with accounts."""

from tidings.kernel.errors import TidingsError


class EmailTaken(TidingsError):
    """There is a user with the address {email} already. Choose another, or reset that user's password."""


class WeakPassword(TidingsError):
    """The password can't be used: {why}"""


class InvitationSpent(TidingsError):
    """This link has been used or has run out. Ask an administrator, or run `tidings user create`."""


class TooManySignIns(TidingsError):
    """Signing in failed too often with this address or from your network. Try again in {wait}."""
