"""The preference page: what somebody gets, changed by themselves behind a link of their own."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext

from tidings.contacts import actions as contacts
from tidings.contacts.models import Contact
from tidings.contacts.queries import current
from tidings.groups.models import Group
from tidings.kernel.network import client_address
from tidings.memberships.actions import unsubscribe
from tidings.memberships.models import Membership, OptOut
from tidings.memberships.own_acts import come_back, opt_in, opt_out
from tidings.messaging.links import PREVIEW_TOKEN, read_recipient
from tidings.public.doors import public
from tidings.public.wish import masked

SOURCE = "preferences"
GROUPS_AT_MOST = 200
ON = (Membership.State.ACTIVE, Membership.State.AWAITING_APPROVAL)
CHANNELS = {"email": "email", "sms": "sms", "push": "push"}


@dataclass(frozen=True)
class Choice:
    """A group that the person may switch on or off."""

    group: Group
    is_on: bool
    awaits: bool


@public
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Shows what the person gets; a POST changes it."""
    if token == PREVIEW_TOKEN:
        return render(request, "public/preview.html")
    recipient = read_recipient(token)
    contact = current(recipient.contact)
    if contact is None:
        return render(request, "public/nobody.html")
    saved = request.method == "POST"
    if saved:
        _change(contact, recipient.group, request.POST, ip=client_address(request))
        contact.refresh_from_db()
    return render(request, "public/preferences.html", _shown(contact, recipient.group) | {"saved": saved})


def _shown(contact: Contact, linked: int) -> dict[str, object]:
    off = set(OptOut.objects.filter(contact=contact, group=None).values_list("channel", flat=True))
    languages = dict(settings.LANGUAGES)
    return {
        "address": masked(contact.email or ""),
        "choices": _choices(contact, linked),
        "everything_off": "" in off,
        "channels_off": [(channel, _channel_name(channel)) for channel in sorted(off - {""})],
        "channels_on": [(c, _channel_name(c)) for c in _channels_of(contact) if c not in off],
        "language": contact.language,
        "languages": {**languages, **({contact.language: contact.language} if contact.language else {})}
        | languages,
    }


def _channel_name(channel: str) -> str:
    names = {"email": gettext("e-mail"), "sms": gettext("SMS"), "push": gettext("push messages")}
    return names[channel]


def _channels_of(contact: Contact) -> list[str]:
    """By which channels the person can be reached."""
    reached = {"email": contact.email, "sms": contact.mobile}
    return [channel for channel, address in reached.items() if address]


def _choices(contact: Contact, linked: int) -> list[Choice]:
    """The groups of the preference centre, and the one whose link was opened if the person is in it or left it."""
    states = dict(Membership.objects.filter(contact=contact).values_list("group_id", "state"))
    groups = {group.pk: group for group in _offered()}
    has_left = OptOut.objects.filter(contact=contact, group=linked, scope=OptOut.Scope.GROUP).exists()
    if (linked in states or has_left) and linked not in groups:
        groups |= {group.pk: group for group in Group.objects.filter(pk=linked, archived_at=None)}
    return [
        Choice(group, states.get(group.pk) in ON, states.get(group.pk) == Membership.State.AWAITING_APPROVAL)
        for group in sorted(groups.values(), key=lambda group: group.name.casefold())
    ]


def _offered() -> Iterable[Group]:
    in_centre = Group.objects.filter(settings__subscription__in_preference_centre=True)
    return in_centre.filter(archived_at=None, is_supergroup=False).order_by("name", "pk")[:GROUPS_AT_MOST]


def _change(contact: Contact, linked: int, given: QueryDict, *, ip: str) -> None:
    """Does what the pressed button says. Only groups that the page showed are switched."""
    match given.get("act", "save").partition(":"):
        case "everything_off", _, _:
            opt_out(contact, OptOut.Scope.EVERYTHING, source=SOURCE, ip=ip)
        case "everything_on", _, _:
            opt_in(contact, OptOut.Scope.EVERYTHING, source=SOURCE, ip=ip)
        case "channel_off", _, channel if channel in CHANNELS:
            opt_out(contact, OptOut.Scope.CHANNEL, channel=channel, source=SOURCE, ip=ip)
        case "channel_on", _, channel if channel in CHANNELS:
            opt_in(contact, OptOut.Scope.CHANNEL, channel=channel, source=SOURCE, ip=ip)
        case "save", _, _:
            _switch_groups(contact, linked, given, ip=ip)
            _set_language(contact, given.get("language", ""))


def _switch_groups(contact: Contact, linked: int, given: QueryDict, *, ip: str) -> None:
    seen, wanted = set(given.getlist("seen")), set(given.getlist("group"))
    for choice in _choices(contact, linked):
        number = str(choice.group.pk)
        if number not in seen or choice.is_on == (number in wanted):
            continue
        if choice.is_on:
            unsubscribe(contact, choice.group.pk, source=SOURCE, ip=ip)
        else:
            come_back(contact, choice.group, source=SOURCE, ip=ip)


def _set_language(contact: Contact, language: str) -> None:
    if language in dict(settings.LANGUAGES) and language != contact.language:
        contacts.update(contact, {"language": language}, {}, by=None)
