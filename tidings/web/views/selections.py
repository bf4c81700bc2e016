"""Selections: the list, the builder, what a rule comes to, and saving it."""

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from tidings.groups.models import Group
from tidings.groups.queries import find as find_group
from tidings.kernel.errors import Refused, TidingsError
from tidings.selections import actions, language, queries, saved
from tidings.selections.models import Selection
from tidings.selections.queries import Effect, Limit
from tidings.web.builder import NEW
from tidings.web.forms import StyledForm, attempt
from tidings.web.group_field import GroupField
from tidings.web.paging import page_of
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.selection_draft import Draft, draft_of, draft_of_text
from tidings.web.sheets import csv_response

CSV_HEADER = ("id", "name", "rule", "owner", "created", "changed", "archived")
ORDER = ("name", "pk")
ANSWER_SECONDS = 2.0
PATIENT_SECONDS = 30.0
COPY = "{name} (copy)"


class SelectionFilter(StyledForm):
    """What the list of selections is narrowed to."""

    q = forms.CharField(
        label="Search name",
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": "Search name", "data-search": ""}),
    )
    archived = forms.ChoiceField(
        choices=[("", "In use"), ("yes", "Archived"), ("both", "Both")], required=False
    )

    @property
    def found(self) -> QuerySet[Selection]:
        """The selections that the valid form asks for."""
        is_archived = {"": False, "yes": True, "both": None}[self.cleaned_data["archived"]]
        return saved.listed(text=self.cleaned_data["q"], is_archived=is_archived)


class PeopleForm(StyledForm):
    """Among whom the builder looks."""

    group = GroupField(
        label="Among the members of", required=False, help_text="Leave it empty for everybody."
    )


class SaveForm(StyledForm):
    """A rule and its name."""

    name = forms.CharField(max_length=150)
    rule = forms.CharField(widget=forms.HiddenInput, error_messages={"required": "Finish the rule first."})


@require_safe
def listing(request: OperatorRequest) -> HttpResponse:
    """Saved selections by name; htmx gets the table alone."""
    form = SelectionFilter(request.GET)
    if not form.is_valid():
        raise Refused(reason="The filters in this address can't be read. Open the list of selections again.")
    shown = page_of(form.found, ORDER, request.GET.get("page", ""))
    context = {"form": form, "page": shown, "is_narrowed": any(form.cleaned_data.values())}
    template = "web/selections/_results.html" if request.htmx else "web/selections/list.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def listing_csv(request: OperatorRequest) -> StreamingHttpResponse:
    """All selections that the same address of the list would show."""
    form = SelectionFilter(request.GET)
    found = form.found if form.is_valid() else saved.listed()
    rows = (
        (one.pk, one.name, one.rule, one.owner, one.created_at, one.updated_at, one.archived_at)
        for one in found.iterator()
    )
    return csv_response("selections.csv", CSV_HEADER, rows)


def new(request: OperatorRequest) -> HttpResponse:
    """The builder, empty or with a rule from the address; a POST saves."""
    form = SaveForm(request.POST or None)
    if made := attempt(form, lambda: _saved(request, form)):
        messages.success(request, f"Selection “{made.name}” is saved.")
        return redirect("web:selection", made.pk)
    text = form.data.get("rule") or request.GET.get("where", "")
    return _builder(request, draft_of_text(text, _group_of(request)), form)


def show(request: OperatorRequest, pk: int) -> HttpResponse:
    """A saved selection in the builder; a POST saves it as it is now."""
    selection = saved.get(pk)
    rule = language.write(language.rule_of(pk))
    form = SaveForm(request.POST or None, initial={"name": selection.name})
    if attempt(form, lambda: _saved(request, form, selection)):
        messages.success(request, "Saved.")
        return redirect("web:selection", pk)
    draft = draft_of_text(form.data.get("rule") or rule, _group_of(request))
    return _builder(request, draft, form, selection=selection, users=saved.users(selection))


def _saved(request: OperatorRequest, form: SaveForm, selection: Selection | None = None) -> Selection:
    name, rule = form.cleaned_data["name"], language.parse(form.cleaned_data["rule"])
    if selection:
        return actions.change(selection, name=name, rule=rule, by=request.user)
    return actions.create(name, rule, by=request.user)


def _group_of(request: OperatorRequest) -> Group | None:
    ref = request.POST.get("group") or request.GET.get("group")
    return find_group(ref) if ref else None


def _builder(request: OperatorRequest, draft: Draft, form: SaveForm, **more: Any) -> HttpResponse:
    people = PeopleForm(initial={"group": draft.group and (draft.group.address or draft.group.pk)})
    context = {"draft": draft, "form": form, "people": people, "new": NEW, "asker": secrets.token_hex(8)}
    return render(request, "web/selections/builder.html", {**context, **more})


@require_POST
def build(request: OperatorRequest) -> HttpResponse:
    """The builder as a button, a field or the text changes it; it saves nothing."""
    draft = draft_of(request.POST)
    people = PeopleForm(initial={"group": request.POST.get("group", "")})
    context = {"draft": draft, "people": people, "asker": request.POST.get("asker", "")}
    return render(request, "web/selections/_builder.html", context)


@require_POST
def answer(request: OperatorRequest) -> HttpResponse:
    """What the rule comes to: a count, a sample or what each condition drops. The same page's older question ends."""
    part, seconds = request.POST.get("part", "count"), ANSWER_SECONDS
    if request.POST.get("patience"):
        seconds = PATIENT_SECONDS
    asker = f"{request.session.session_key} {request.POST.get('asker', '')} {part}"
    limit, group = Limit(seconds, asker), _group_of(request)
    context: dict[str, Any] = {"part": part, "group": group}
    try:
        rule = language.parse(request.POST.get("rule", ""))
        match part:
            case "sample":
                context["people"] = queries.sample(rule, group, limit=limit)
            case "drops":
                context["drops"] = drops = queries.dropped(rule, group, limit=limit)
                context["bars"] = [_bar(effect, drops.people) for effect in drops.effects]
            case _:
                context["count"] = queries.count(rule, group, limit=limit)
    except TidingsError as error:
        context["fault"] = str(error)
    return render(request, "web/selections/_answer.html", context)


def _bar(effect: Effect, people: int) -> dict[str, Any]:
    return {
        "text": language.write(effect.condition),
        "fulfil": effect.fulfil,
        "drops": effect.drops,
        "share": round(effect.fulfil * 100 / (people or 1), 2),
    }


@require_safe
def uses(request: OperatorRequest, pk: int) -> HttpResponse:
    """Where a selection is in use."""
    return render(request, "web/selections/_uses.html", {"users": saved.users(saved.get(pk))})


@require_POST
def copy(request: OperatorRequest, pk: int) -> HttpResponse:
    """Saves the same rule under another name."""
    try:
        selection = saved.get(pk)
        made = actions.copy(selection, COPY.format(name=selection.name), by=request.user)
    except TidingsError as error:
        messages.error(request, str(error))
        return redirect("web:selection", pk)
    messages.success(request, f"This is a copy of “{selection.name}”. Give it a name of its own.")
    return redirect("web:selection", made.pk)


@require_POST
def archive(request: OperatorRequest, pk: int) -> HttpResponse:
    """Takes a selection out of the list, or with `do=activate` back into it."""
    selection = saved.get(pk)
    if request.POST.get("do") == "activate":
        actions.activate(selection, by=request.user)
        messages.success(request, f"“{selection.name}” is back.")
    else:
        actions.archive(selection, by=request.user)
        messages.success(request, f"“{selection.name}” is archived. Where it is in use it stays so.")
    return redirect("web:selections")


@require_POST
def delete(request: OperatorRequest, pk: int) -> HttpResponse:
    """Deletes a selection that nothing uses."""
    try:
        selection = saved.get(pk)
        actions.delete(selection, by=request.user)
    except TidingsError as error:
        messages.error(request, str(error))
        return redirect("web:selection", pk)
    messages.success(request, f"“{selection.name}” is deleted.")
    return redirect("web:selections")


urls = [
    page("selections/", listing, "selections"),
    page("selections.csv", listing_csv, "selections-csv"),
    page("selections/new/", new, "selection-new"),
    page("selections/build/", build, "selection-build"),
    page("selections/answer/", answer, "selection-answer"),
    page("selections/<int:pk>/", show, "selection"),
    page("selections/<int:pk>/uses/", uses, "selection-uses"),
    page("selections/<int:pk>/copy/", copy, "selection-copy"),
    page("selections/<int:pk>/archive/", archive, "selection-archive"),
    page("selections/<int:pk>/delete/", delete, "selection-delete"),
]
