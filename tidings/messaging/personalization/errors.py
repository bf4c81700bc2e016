"""What can be wrong with a template, for everyone or for one contact."""

from tidings.kernel.errors import TidingsError


class TemplateError(TidingsError):
    """In the {part}, line {line}: {problem}"""

    # Facts: `part` (subject, preheader, html, text, sender, headers), `line` from 1, `problem` and advice.


class RenderError(TidingsError):
    """The {part} can't be made for this contact: {reason}"""

    # Facts: `part` as above or `recipient`, and `reason`.


class ValueProblemError(Exception):
    """A value doesn't fit where the template uses it; the two above are raised from it, with the part."""
