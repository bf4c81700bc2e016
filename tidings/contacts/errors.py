"""What can go wrong with contacts."""

from tidings.kernel.errors import Refused, TidingsError


class BadAddress(TidingsError):
    """“{address}” can't be used as an e-mail address: {why}"""


class BadIdentity(TidingsError):
    """“{value}” can't be used as {kind}: {why}"""


class BadAttribute(TidingsError):
    """The attribute “{name}” can't be set: {why}"""


class NoIdentity(TidingsError):
    """A contact needs an e-mail address, a mobile number, an external id or a push endpoint. Give at least one."""


class IdentityTaken(Refused):
    """“{value}” belongs to contact {owner} already. Change that one, or merge the two."""


class IdentityConflict(Refused):
    """These identities belong to different contacts: {owners}. Name one of them, or merge them."""


class ChangedMeanwhile(Refused):
    """Somebody else has changed this contact meanwhile. Look at it again, and then change what you wanted."""


class NeverStoredAgain(Refused):
    """“{value}” belongs to somebody who was erased and asked never to be stored again. Only they can come back."""


class CannotMerge(Refused):
    """These two can't be merged: {why}"""


class BadEndpoint(TidingsError):
    """This can't be used as a push endpoint: {why}"""
