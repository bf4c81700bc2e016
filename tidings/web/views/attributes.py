"""The catalogue of attributes: the list, new ones, and the page of one."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from tidings.attributes import actions, values
from tidings.attributes.models import Attribute, TypeChange
from tidings.attributes.queries import get, last_type_change
from tidings.attributes.rules import BUILT_IN
from tidings.kernel.errors import TidingsError
from tidings.locks.models import Process
from tidings.web.attribute_forms import ChoiceForm, DefinitionForm, SpellingForm, TypeForm
from tidings.web.forms import attempt
from tidings.web.progress import progress_since
from tidings.web.request import OperatorRequest
from tidings.web.routing import page


@require_safe
def catalogue(request: OperatorRequest) -> HttpResponse:
    """All attributes: custom ones of profiles and members, then the built-in ones."""
    custom = Attribute.objects.order_by("scope", "name")
    kinds = dict(Attribute.Type.choices)
    built_in = [(one, kinds[one.kind.value]) for one in BUILT_IN.values()]
    return render(request, "web/attributes/list.html", {"custom": custom, "built_in": built_in})


def new(request: OperatorRequest) -> HttpResponse:
    """The form for a new attribute."""
    form = DefinitionForm(request.POST or None)
    made = attempt(form, lambda: actions.define(**form.cleaned_data, by=request.user))
    if made:
        messages.success(
            request, f"“{made.name}” is defined. Files, pages and programs can give it values now."
        )
        return redirect("web:attribute", made.pk)
    return render(request, "web/attributes/new.html", {"form": form})


@require_safe
def attribute(request: OperatorRequest, pk: int) -> HttpResponse:
    """One attribute: its type, choices and state, and what can be done with it."""
    return _page(request, get(pk))


def respell(request: OperatorRequest, pk: int) -> HttpResponse:
    """Writes the name differently."""
    found, form = get(pk), SpellingForm(request.POST or None)
    if attempt(form, lambda: actions.respell(found, form.cleaned_data["name"], by=request.user)):
        messages.success(request, "The new spelling is saved.")
        return redirect("web:attribute", pk)
    return _page(request, found, spelling=form)


def change_type(request: OperatorRequest, pk: int) -> HttpResponse:
    """Begins to give it another type."""
    found, form = get(pk), TypeForm(request.POST or None)
    if attempt(form, lambda: actions.change_type(found, **form.cleaned_data, by=request.user)):
        return redirect("web:attribute", pk)
    return _page(request, found, type=form)


@require_safe
def type_change(request: OperatorRequest, pk: int) -> HttpResponse:
    """How the change of its type goes, asked for again and again; the whole page comes anew when it has ended."""
    change = last_type_change(get(pk))
    if change is None or change.process.state != Process.State.RUNNING:
        return HttpResponseClientRefresh()
    return render(request, "web/attributes/_type_change.html", _progress_of(change))


@require_POST
def cancel_type_change(request: OperatorRequest, pk: int) -> HttpResponse:
    """Asks the change of its type to stop."""

    def act(found: Attribute) -> str:
        if change := last_type_change(found):
            actions.cancel_type_change(change, by=request.user)
        return f"“{found}” keeps its type. All values stay what they were."

    return _do(request, pk, act)


def add_choice(request: OperatorRequest, pk: int) -> HttpResponse:
    """Adds a choice."""
    found, form = get(pk), ChoiceForm(request.POST or None)
    if attempt(form, lambda: actions.add_choice(found, form.cleaned_data["choice"], by=request.user)):
        messages.success(request, "The choice is added.")
        return redirect("web:attribute", pk)
    return _page(request, found, choice=form)


@require_POST
def remove_choice(request: OperatorRequest, pk: int) -> HttpResponse:
    """Removes the choice that the field `choice` names."""
    choice = request.POST.get("choice", "")

    def act(found: Attribute) -> str:
        actions.remove_choice(found, choice, by=request.user)
        return f"“{choice}” is removed."

    return _do(request, pk, act)


@require_POST
def archive(request: OperatorRequest, pk: int) -> HttpResponse:
    """Archives it."""

    def act(found: Attribute) -> str:
        return f"“{actions.archive(found, by=request.user)}” is archived."

    return _do(request, pk, act)


@require_POST
def activate(request: OperatorRequest, pk: int) -> HttpResponse:
    """Undoes archiving."""

    def act(found: Attribute) -> str:
        return f"“{actions.activate(found, by=request.user)}” is active again."

    return _do(request, pk, act)


@require_POST
def delete(request: OperatorRequest, pk: int) -> HttpResponse:
    """Deletes what nothing uses."""
    found = get(pk)
    try:
        actions.delete(found, by=request.user)
    except TidingsError as error:
        messages.error(request, str(error))
        return redirect("web:attribute", pk)
    messages.success(request, f"“{found}” is deleted.")
    return redirect("web:attributes")


def _do(request: OperatorRequest, pk: int, act: Callable[[Attribute], str]) -> HttpResponse:
    try:
        messages.success(request, act(get(pk)))
    except TidingsError as error:
        messages.error(request, str(error))
    return redirect("web:attribute", pk)


def _page(request: OperatorRequest, found: Attribute, **tried: object) -> HttpResponse:
    """The page with its forms; `tried` is the one that was sent and couldn't be used."""
    context = {
        "attribute": found,
        "users": values.users(found),
        "spelling": SpellingForm(initial={"name": found.name}),
        "type": TypeForm(initial={"kind": found.type, "choices": found.choices}),
        "choice": ChoiceForm(),
    }
    change = last_type_change(found)
    return render(
        request, "web/attributes/attribute.html", context | (_progress_of(change) if change else {}) | tried
    )


def _progress_of(change: TypeChange) -> dict[str, object]:
    process = change.process
    since, kind = process.started_at, Process.Kind.TYPE_CHANGE
    return {
        "attribute": change.attribute,
        "change": change,
        "is_changing": process.state == Process.State.RUNNING,
        "progress": progress_since(since, process.done, process.total, kind),
    }


urls = [
    page("attributes/", catalogue, "attributes"),
    page("attributes/new/", new, "attribute-new"),
    page("attributes/<int:pk>/", attribute, "attribute"),
    page("attributes/<int:pk>/name/", respell, "attribute-respell"),
    page("attributes/<int:pk>/type/", change_type, "attribute-type"),
    page("attributes/<int:pk>/type/live/", type_change, "attribute-type-live"),
    page("attributes/<int:pk>/type/cancel/", cancel_type_change, "attribute-type-cancel"),
    page("attributes/<int:pk>/choices/add/", add_choice, "attribute-choice-add"),
    page("attributes/<int:pk>/choices/remove/", remove_choice, "attribute-choice-remove"),
    page("attributes/<int:pk>/archive/", archive, "attribute-archive"),
    page("attributes/<int:pk>/activate/", activate, "attribute-activate"),
    page("attributes/<int:pk>/delete/", delete, "attribute-delete"),
]
