"""What is done with several contacts of the list at once: first a page that asks, then the deed."""

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from tidings.contacts.models import Contact
from tidings.contacts.person import erase
from tidings.contacts.queries import living
from tidings.groups.queries import find
from tidings.groups.settings import Joining
from tidings.kernel.errors import Refused
from tidings.kernel.network import client_address
from tidings.kernel.several import Outcome, each
from tidings.memberships import actions
from tidings.memberships.models import Membership, OptOut
from tidings.web.forms import StyledForm, attempt
from tidings.web.member_forms import JOINING_WORDS
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.several import checked, tell
from tidings.web.views.contact_person import EraseForm

ACTS = {"add": "Add to a group", "erase": "Erase"}
DONE = {"add": "now in the group", "erase": "erased"}


class AddForm(StyledForm):
    """Into which group, and how."""

    group = forms.CharField(max_length=320, help_text="Its address or id.")
    mode = forms.ChoiceField(label="How they join", choices=JOINING_WORDS)


def bulk(request: OperatorRequest) -> HttpResponse:
    """Asks before it does something with the contacts that were checked, each on its own."""
    asked = request.POST if request.method == "POST" else request.GET
    act = asked.get("act", "")
    if act not in ACTS:
        raise Refused(reason="Say what to do with the contacts: go back to the list and choose.")
    people = list(living().filter(pk__in=checked(asked.getlist("contact"))).order_by("pk"))
    if not people:
        raise Refused(reason="No contact is checked. Go back to the list and check some.")
    form = _form(act, people, request.POST or None)
    if outcome := attempt(form, lambda: _done(request, act, people, form)):
        tell(request, outcome, "contact", DONE[act])
        return redirect("web:contacts")
    context = {"people": people, "act": act, "verb": ACTS[act], "form": form}
    return render(request, "web/contacts/bulk.html", context)


def _form(act: str, people: list[Contact], given: QueryDict | None) -> StyledForm:
    if act == "add":
        return AddForm(given)
    # Who opted out and came back by a file would be asked for nothing any more.
    return EraseForm(given, initial={"never_again": OptOut.objects.filter(contact__in=people).exists()})


def _done(request: OperatorRequest, act: str, people: list[Contact], form: StyledForm) -> Outcome[Contact]:
    given = form.cleaned_data
    if act == "erase":
        return each(people, lambda person: erase(person, never_again=given["never_again"], by=request.user))
    group, mode, ip = find(given["group"]), Joining(given["mode"]), client_address(request)
    source = Membership.Source.PAGE
    return each(
        people, lambda person: actions.add(person, group, source=source, by=request.user, mode=mode, ip=ip)
    )


urls = [page("contacts/bulk/", bulk, "contacts-bulk")]
