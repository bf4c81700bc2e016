"""Asking somebody to confirm that they want a group's messages, and welcoming who came in."""

from datetime import timedelta

from django.db.models.functions import Now

from tidings.accounts.models import User
from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.memberships import letters
from tidings.memberships.consent import note
from tidings.memberships.errors import TooManyLetters
from tidings.memberships.models import Consent, Letter, Membership

# Enough for somebody whose first letters were lost; a mailbox that others fill stays usable.
LETTERS_AT_MOST = 3
LETTERS_OF_ALL_GROUPS_AT_MOST = 10
WINDOW = timedelta(hours=24)


def ask_to_confirm(
    contact: Contact, group: Group, *, source: str, by: User | None = None, ip: str = "", language: str = ""
) -> Consent:
    """Notes the request of a double opt-in and owes its letter. The entry is what the link confirms."""
    text = letters.text_for(Letter.Kind.CONFIRM, contact, group, language=language)
    request = note(Consent.Act.ASKED, contact, group.pk, source=source, by=by, ip=ip, text=text)
    letters.write(Letter.Kind.CONFIRM, contact, group, text, request=request)
    return request


def ask_again(
    contact: Contact, group: Group, *, source: str, by: User | None = None, ip: str = "", language: str = ""
) -> Consent:
    """The same once more for somebody who was asked before; raises `TooManyLetters`."""
    recent = Letter.objects.filter(contact=contact, kind=Letter.Kind.CONFIRM, created_at__gt=Now() - WINDOW)
    in_all, here = recent.count(), recent.filter(group=group).count()
    if here >= LETTERS_AT_MOST or in_all >= LETTERS_OF_ALL_GROUPS_AT_MOST:
        raise TooManyLetters(contact=str(contact), letters=in_all)
    pending = Membership.objects.filter(contact=contact, group=group, state=Membership.State.PENDING)
    pending.update(joined_at=Now())  # the time to confirm begins again
    return ask_to_confirm(contact, group, source=source, by=by, ip=ip, language=language)


def welcome(contact: Contact, group: Group, *, always: bool = False, language: str = "") -> None:
    """Owes a letter of welcome if the group has a text of its own for it, or `always`."""
    own = group.all_settings.subscription.welcome
    if always or own.subject or own.text:
        kind = Letter.Kind.WELCOME
        letters.write(kind, contact, group, letters.text_for(kind, contact, group, language=language))
