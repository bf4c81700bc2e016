"""The members of a group: list, adding, and who has unsubscribed."""

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from tidings.contacts.models import Contact
from tidings.groups.models import Group
from tidings.groups.queries import find
from tidings.groups.settings import Joining
from tidings.kernel.errors import NotFound, Refused, TidingsError
from tidings.kernel.network import client_address
from tidings.memberships import actions, history, queries
from tidings.memberships.models import Membership, OptOut
from tidings.messaging.links import form_link
from tidings.selections.queries import Limit, limited
from tidings.web.forms import attempt
from tidings.web.member_forms import MemberFilter, OverrideForm, PasteForm
from tidings.web.paging import Page, page_of
from tidings.web.pasting import Pasted, add_lines
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.sheets import csv_response
from tidings.web.views.group import frame
from tidings.web.views.member_acts import ACTS

CSV_ROWS_AT_ONCE = 2_000
RULE_SECONDS = 5.0  # a person waits
COLUMNS = ("e-mail", "mobile", "external id", "state", "joined", "by")


@require_safe
def members(request: OperatorRequest, pk: int) -> HttpResponse:
    """Members in the order they became contacts; htmx gets the table alone."""
    group, form = find(pk), _filter(request)
    shown, problem = _shown(request, group, form)
    consents = history.newest_of(group, [member.contact_id for member in shown.rows])
    rows = [(member, consents.get(member.contact_id)) for member in shown.rows]
    context = frame(group, "members") | {"form": form, "page": shown, "rows": rows, "problem": problem}
    context["bulk_acts"] = [(act, wording.verb) for act, wording in ACTS.items()]
    context["join_link"] = form_link(group.pk) if group.all_settings.subscription.public_form else ""
    template = "web/group/_members.html" if request.htmx else "web/group/members.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _shown(request: OperatorRequest, group: Group, form: MemberFilter) -> tuple[Page[Membership], str]:
    """The page of the list; nobody, and why, if the rule is wrong or takes too long."""
    try:
        found = queries.members(group, among=form.among(group), **form.wanted)
        with limited(Limit(RULE_SECONDS)):
            return page_of(found, ("contact_id",), request.GET.get("page", "")), ""
    except TidingsError as error:
        return Page([]), str(error)


def _filter(request: OperatorRequest) -> MemberFilter:
    form = MemberFilter(request.GET)
    if not form.is_valid():
        raise Refused(reason="This search can't be read. Open the list of members again.")
    return form


@require_safe
def members_csv(request: OperatorRequest, pk: int) -> StreamingHttpResponse:
    """The members that the list shows, as CSV; `Export` writes large groups without a browser that waits."""
    group, form = find(pk), _filter(request)
    found = queries.members(group, among=form.among(group), **form.wanted).iterator(CSV_ROWS_AT_ONCE)
    rows = (
        (m.contact.email, m.contact.mobile, m.contact.external_id, m.state, m.joined_at, m.source)
        for m in found
    )
    return csv_response(f"members-{group.pk}.csv", COLUMNS, rows)


@require_safe
def unsubscribed(request: OperatorRequest, pk: int) -> HttpResponse:
    """Who wants nothing more from the group, the newest first."""
    group = find(pk)
    found = OptOut.objects.filter(group=group, scope=OptOut.Scope.GROUP).select_related("contact")
    shown = page_of(found, ("-pk",), request.GET.get("page", ""))
    return render(request, "web/group/unsubscribed.html", frame(group, "members") | {"page": shown})


def add(request: OperatorRequest, pk: int) -> HttpResponse:
    """Adds the people of pasted lines. Lines that couldn't be used stay in the form with their reasons."""
    group = find(pk)
    form = PasteForm(request.POST or None)
    pasted = attempt(form, lambda: _paste(request, group, form.cleaned_data))
    if pasted and not pasted.left_out:
        messages.success(request, _told(pasted, group))
        return redirect("web:group-members", pk)
    if pasted:
        left = "\n".join(line.text for line in pasted.left_out)
        form = PasteForm(initial={"lines": left, "mode": form.cleaned_data["mode"]})
    return render(request, "web/group/add.html", frame(group, "members") | {"form": form, "pasted": pasted})


def _paste(request: OperatorRequest, group: Group, given: dict[str, str]) -> Pasted:
    mode = Joining(given["mode"] or Joining.SILENT)
    return add_lines(group, given["lines"], by=request.user, mode=mode, ip=client_address(request))


def _told(pasted: Pasted, group: Group) -> str:
    if not pasted.already:
        return f"{pasted.added:,} added to “{group}”."
    return f"{pasted.added:,} added to “{group}”; {pasted.already:,} were members already."


def _person(contact: int) -> Contact:
    person = Contact.objects.filter(pk=contact).first()
    if person is None:
        raise NotFound(thing="contact", ref=contact)
    return person


def override(request: OperatorRequest, pk: int, contact: int) -> HttpResponse:
    """Asks somebody who opted out to confirm that they are back, with the reason why."""
    group, person = find(pk), _person(contact)
    form = OverrideForm(request.POST or None)

    def act() -> bool:
        reason, ip = form.cleaned_data["reason"], client_address(request)
        actions.override(person, group, reason=reason, source=Membership.Source.PAGE, by=request.user, ip=ip)
        return True

    if attempt(form, act):
        messages.success(request, f"{person} is asked by a letter to confirm. Until then they get nothing.")
        return redirect("web:group-members", pk)
    context = frame(group, "members") | {"form": form, "person": person}
    return render(request, "web/group/override.html", context)


urls = [
    page("groups/<int:pk>/members/", members, "group-members"),
    page("groups/<int:pk>/members/csv/", members_csv, "group-members-csv"),
    page("groups/<int:pk>/members/add/", add, "group-members-add"),
    page("groups/<int:pk>/members/unsubscribed/", unsubscribed, "group-unsubscribed"),
    page("groups/<int:pk>/members/<int:contact>/override/", override, "group-member-override"),
]
