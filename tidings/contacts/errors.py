"""What can go wrong with contacts."""

from tidings.kernel.errors import TidingsError


class BadAddress(TidingsError):
    """“{address}” can't be used as an e-mail address: {why}"""


class BadAttribute(TidingsError):
    """The attribute “{name}” can't be set: {why}"""
