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


class ImportRunning(Refused):
    """“{name}” can't change its type while an import runs, which writes values of the old one. Try again when it has
    ended: {process}.
    """
