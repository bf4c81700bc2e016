"""The formats a message is written in, and how each becomes HTML and text for mail programs.

Pure: knows no database and no web. It runs once per version, when it is saved. Placeholders and blocks of the
personalization language pass through untouched.
"""
