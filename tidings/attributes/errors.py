"""What can go wrong with definitions of attributes."""

from tidings.kernel.errors import Refused, TidingsError


class BadDefinition(TidingsError):
    """The attribute “{name}” can't be defined like that: {why}"""


class AttributeTaken(Refused):
    """There is an attribute “{name}” already, of the type {kind}{archived}. Use it, or choose another name."""


class AttributeArchived(Refused):
    """The attribute “{name}” is archived. Activate it to use it again."""


class AttributeInUse(Refused):
    """“{what}” can't be deleted, because it is in use: {users}. {advice}"""


class TypeRefused(Refused):
    """“{name}” can't become {kind}, because not every stored value fits. The first that don't: {misfits}"""


class CatalogueInUse(Refused):
    """The type of “{name}” can't change now: {holder}, and it goes by the types there are. Try again when that has
    ended.
    """


class TypeChanging(Refused):
    """“{name}” is about to get another type. Wait until that has ended, or cancel it."""


class TypeChangeEnded(Refused):
    """Change of a type {change} has ended, so there is nothing to cancel."""
