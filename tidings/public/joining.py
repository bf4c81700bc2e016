"""Joining a group by its public form, and confirming it by the link of the letter."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from tidings.contacts.actions import create_or_update
from tidings.contacts.errors import BadAddress
from tidings.contacts.queries import current
from tidings.groups.errors import GroupArchived
from tidings.groups.models import Group
from tidings.kernel import clock
from tidings.kernel.network import client_address, client_network
from tidings.memberships.errors import FormClosed, TooManyRequests
from tidings.memberships.form_limit import count_request
from tidings.memberships.models import Consent
from tidings.memberships.own_acts import ask, confirm
from tidings.messaging.links import form_link, read_form, read_request
from tidings.public.doors import public
from tidings.public.wish import masked


class JoinForm(forms.Form):
    """An address. `website` is for programs that fill in every field: people don't see it."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=320,
        widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email"}),
    )
    website = forms.CharField(
        required=False, widget=forms.TextInput({"tabindex": "-1", "autocomplete": "off"})
    )


@public
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The form of a group. Its answer is the same for everybody: nobody learns who is a member."""
    group = Group.objects.filter(pk=read_form(token)).first()
    if group is None or group.archived_at or not group.all_settings.subscription.public_form:
        return render(request, "public/no_form.html", status=404)
    form = JoinForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "public/join.html", {"group": group, "form": form})
    return _asked(request, group, form)


def _asked(request: HttpRequest, group: Group, form: JoinForm) -> HttpResponse:
    try:
        _take(request, group, form.cleaned_data)
    except TooManyRequests:
        return render(request, "public/too_many.html", status=429)
    except BadAddress:
        form.add_error("email", gettext("This is no e-mail address that messages can be sent to."))
        return render(request, "public/join.html", {"group": group, "form": form})
    except (FormClosed, GroupArchived):
        return render(request, "public/no_form.html", status=404)
    return render(request, "public/asked.html", {"group": group})


def _take(request: HttpRequest, group: Group, given: dict[str, str]) -> None:
    count_request(client_network(request), clock.now())
    if given["website"]:
        return
    contact, _is_new = create_or_update(given["email"], {}, own_act=True, by=None)
    ask(contact, group, ip=client_address(request), language=get_language() or "")


@public
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """Asks, and on a POST confirms."""
    link = read_request(token)
    group, contact = Group.objects.filter(pk=link.group).first(), current(link.contact)
    asked = Consent.objects.filter(pk=link.entry, contact=link.contact, group=link.group).first()
    if not (group and contact and asked) or group.archived_at or not link.is_for(contact.email or ""):
        return render(request, "public/expired.html", {"form": ""}, status=410)
    agreement = gettext("I want to get the messages of “%(group)s”.") % {"group": group.name}
    shown = {"group": group, "address": masked(contact.email or ""), "agreement": agreement}
    if request.method != "POST":
        return render(request, "public/confirm.html", shown)
    language = get_language() or ""
    answer = confirm(contact, group, asked, ip=client_address(request), read=agreement, language=language)
    if answer == "gone":
        form = form_link(group.pk) if group.all_settings.subscription.public_form else ""
        return render(request, "public/expired.html", {"form": form}, status=410)
    return render(request, "public/confirmed.html", shown | {"answer": answer})
