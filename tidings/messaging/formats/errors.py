"""What can be wrong with a source."""

from tidings.kernel.errors import TidingsError


class BadSource(TidingsError):
    """In the {part}, line {line}: {problem}"""

    # Facts: `part` (markdown, mjml, blocks), `line` from 1, `problem` and advice.


class BadBlocks(TidingsError):
    """These blocks can't be read: {problem}"""

    # Facts: `part` (always blocks), `problem` and advice.


class BadBlock(TidingsError):
    """Block {number}, {kind}: {problem}"""

    # Facts: `part` (always blocks), `number` from 1, `kind`, `problem` and advice.
