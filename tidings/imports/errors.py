"""What can go wrong with imports, beside the files themselves."""

from tidings.kernel.errors import TidingsError


class NoRoomForUpload(TidingsError):
    """The server could not keep the file: {why}. Nothing was changed. Make room on the disk that holds the folder
    “uploads” of TIDINGS_HOME, or ask somebody who can, and upload the file again.
    """


class UploadFailed(TidingsError):
    """The file “{filename}” could not be stored: {why} Nothing was changed."""


class NotADraft(TidingsError):
    """Import {run} has been started already."""


class NothingToConfirm(TidingsError):
    """Import {run} doesn't wait for a confirmation."""


class NobodyJoins(TidingsError):
    """In the mode `{mode}` nobody joins the group, so nobody gets a letter. Let the import be silent."""


class ImportEnded(TidingsError):
    """Import {run} has ended, so there is nothing to cancel."""


class Unimportable(TidingsError):
    """{problem}"""


class BadMappingName(TidingsError):
    """The name of a saved mapping is one line of 1 to {limit} characters."""


class MappingMisfit(TidingsError):
    """The saved mapping “{name}” is for other files: {problem}. Map the columns anew, and save that under this name."""
