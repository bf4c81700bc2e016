"""What can go wrong with messages."""

from tidings.kernel.errors import Refused, TidingsError


class EmptyMessage(TidingsError):
    """A message needs a subject and a content: HTML, Markdown, MJML, blocks or text."""


class TooLong(TidingsError):
    """The {part} has {length:,} characters; {limit:,} are possible."""


class ArchivedAttribute(Refused):
    """The message can't be sent, because it uses what is archived: {names}. Activate it, or write a new version."""


class BadAbout(TidingsError):
    """{problem}"""

    # Facts: `part` (the field) and `problem`.


class BadFile(TidingsError):
    """“{file}” can't be taken: {problem}"""


class FileUsed(Refused):
    """“{file}” can't be deleted, because it is used by {users}."""


class TooMuchAttached(TidingsError):
    """The attachments have {size:,} kB together; {limit:,} kB are possible. Link to large files instead."""


class DraftChanged(Refused):
    """Somebody saved another draft of this message meanwhile ({who}, revision {revision}). Yours isn't stored."""

    # Facts: `who`, and `revision`, the number of the save that stands now.


class MessageArchived(Refused):
    """Message “{message}” is archived. Activate it before you send it."""


class MessageIsTemplate(Refused):
    """Message “{message}” is a template. Make a message from it, and send that."""


class MessageUsed(Refused):
    """Message “{message}” can't be deleted, because it was sent; its sendouts keep it. Archive it instead."""


class UnknownTemplate(TidingsError):
    """There is no built-in template “{name}”. There are: {known}."""
