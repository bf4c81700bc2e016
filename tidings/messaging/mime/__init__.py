"""The form of an e-mail on the wire: a skeleton compiled once per sendout, filled once per recipient.

Pure: knows no database and no web. What it gives is ready for SMTP's DATA, BDAT and DKIM alike: 7-bit, CRLF
line ends, no line that begins with a dot.
"""
