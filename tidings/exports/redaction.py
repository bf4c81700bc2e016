"""Taking what names an erased person out of the rules of exports."""

from tidings.selections.redaction import Rules

rules = Rules("exports")
