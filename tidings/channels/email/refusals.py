"""Whom a refusal is about: this recipient, or whoever else the message would have gone to."""

import re

# RFC 3463: class.subject.detail in front of the words.
ENHANCED = re.compile(r"[45]\.(\d{1,3})\.(\d{1,3})\b")
ADDRESS, MAILBOX, MAIL_SYSTEM, NETWORK, PROTOCOL, POLICY = 1, 2, 3, 4, 5, 7
ABOUT_THE_RECIPIENT = frozenset({ADDRESS, MAILBOX, NETWORK})
BAD_SENDER = frozenset({7, 8})  # details of ADDRESS
# Without an enhanced code: no such mailbox, not here, over quota, not allowed.
NO_MAILBOX = frozenset({450, 550, 551, 552, 553})
# Said to RCPT: no login, wrong login, no encryption, "relay access denied".
ABOUT_US = frozenset({530, 535, 538, 554})
PERMANENT = 500


def is_general(command: str, code: int, text: str) -> bool:
    """Whether a refusal of `MAIL`, `RCPT` or `DATA` (which stands for the message as well) would have met anybody.

    Greylisting and full mailboxes are about the recipient; a refused sender, login or content is not.
    """
    found = ENHANCED.match(text)
    if not found:
        return command == "MAIL" or (code in ABOUT_US if command == "RCPT" else code not in NO_MAILBOX)
    subject, detail = int(found[1]), int(found[2])
    if subject in ABOUT_THE_RECIPIENT and not (subject == ADDRESS and detail in BAD_SENDER):
        return False
    if command != "RCPT":
        return True
    return subject == MAIL_SYSTEM or (code >= PERMANENT and subject in {ADDRESS, PROTOCOL, POLICY})
