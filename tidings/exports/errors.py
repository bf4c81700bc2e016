"""What can go wrong with exports."""

from tidings.kernel.errors import TidingsError


class NoSuchColumn(TidingsError):
    """There is no column “{name}”. There are: {names}."""


class NoSuchState(TidingsError):
    """There is no state “{name}”. There are: {names}."""


class Unwritable(TidingsError):
    """“{text}” can't be written in the character set {encoding}. Export again in UTF-8."""


class ExportEnded(TidingsError):
    """Export {export} has ended, so there is nothing to cancel."""


class FileGone(TidingsError):
    """Export {export} has no file: {why}"""
