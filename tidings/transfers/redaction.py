"""Taking what names an erased person out of the rules of transfers."""

from tidings.selections.redaction import Rules

rules = Rules("transfers")
