"""Which contacts: a rule language for people, compiled to one SQL statement, and the rules that were saved.

It reads what the criteria of other packages give it (`SELECTION_CRITERIA`) and writes only its own selections.
"""
