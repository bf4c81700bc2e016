"""What to look at before a message is sent: a list of findings, each saying how to mend it.

Pure: content and facts in, findings out. `sendouts/checks.py` gathers the facts of a group.
"""
