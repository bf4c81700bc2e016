"""What makes each copy differ: a small template language (Jinja2's syntax), one function per part.

Pure: knows no database and no web. Whoever may write a message may use it, because a template can do nothing
but place, compare and format given values, within fixed bounds.
"""
