"""Taking what names an erased person out of the rules of sendouts."""

from tidings.selections.redaction import Rules

rules = Rules("sendouts")
