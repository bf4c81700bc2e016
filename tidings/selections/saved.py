"""Looking saved selections up, and who uses them."""

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from tidings.attributes.criteria import Thing
from tidings.attributes.models import Attribute
from tidings.kernel import plugs
from tidings.kernel.errors import NotFound
from tidings.selections import language
from tidings.selections.errors import BadRule
from tidings.selections.models import Selection
from tidings.selections.rules.catalogue import Catalogue
from tidings.selections.rules.compile import SELECTION
from tidings.selections.rules.tree import Rule, conditions

PREFIXES = {Attribute.Scope.PROFILE.value: "contact", Attribute.Scope.MEMBER.value: "member"}


def find(ref: int | str) -> Selection:
    """The selection of that name or with that id; raises `NotFound`."""
    text = str(ref).strip()
    is_id = text.isdecimal()
    wanted = Q(name__iexact=text) | Q(pk=int(text)) if is_id else Q(name__iexact=text)
    found = Selection.objects.select_related("owner").filter(wanted).order_by("pk").first()
    if found is None:
        raise NotFound(thing="selection", ref=ref)
    return found


def get(number: int) -> Selection:
    """The selection with that id; raises `NotFound`."""
    found = Selection.objects.select_related("owner").filter(pk=number).first()
    if found is None:
        raise NotFound(thing="selection", ref=number)
    return found


def listed(*, text: str = "", is_archived: bool | None = False) -> QuerySet[Selection]:
    """Selections by name: those whose name holds `text`; archived ones too if that is None."""
    found = Selection.objects.select_related("owner").order_by(Lower("name"), "pk")
    if text:
        found = found.filter(name__icontains=text)
    return found if is_archived is None else found.exclude(archived_at__isnull=is_archived)


def selections_in(rule: Rule) -> set[int]:
    """The ids of the selections that a rule names."""
    values = (value for one in conditions(rule) if one.field == SELECTION for value in one.values)
    return {value.number for value in values if isinstance(value, Thing)}


def rules_within(rule: Rule) -> list[str]:
    """The rules of all selections that it names, and of those that they name, in the order of their ids."""
    found: dict[int, str] = {}
    ahead = selections_in(rule)
    while ahead:
        layer = list(Selection.objects.filter(pk__in=ahead))
        found |= {one.pk: one.rule for one in layer}
        ahead = {number for one in layer for number in one.selections} - found.keys()
    return [found[number] for number in sorted(found)]


def users(selection: Selection) -> list[str]:
    """Where a selection is in use, in words that people understand; empty if nobody would miss it."""
    others = Selection.objects.filter(selections__contains=[selection.pk]).order_by(Lower("name"))
    return [
        *(f"selection “{other.name}” ({other.pk})" for other in others.exclude(pk=selection.pk)),
        *(use for find_users in plugs.load("SELECTION_USERS") for use in find_users(selection)),
    ]


def selections_using(attribute: Attribute) -> list[str]:
    """The selections whose rules name the attribute, in words that people understand."""
    field = f"{PREFIXES[attribute.scope]}.{attribute.key}"
    found = Selection.objects.filter(criteria__contains=[field]).order_by(Lower("name"))
    return [f"selection “{one.name}” ({one.pk})" for one in found]


def facts(selection: Selection, known: Catalogue) -> dict[str, Any]:
    """Everything about a selection that fits in one JSON object.

    Where the rule names something that is gone, `fault` says so and the rule's other forms are missing.
    """
    forms: dict[str, Any] = {"text": selection.rule, "rule": None, "sentence": "", "fault": ""}
    try:
        forms |= language.forms(language.parse(selection.rule, known), known)
    except BadRule as error:
        forms["fault"] = str(error)
    return {
        "id": selection.pk,
        "name": selection.name,
        **forms,
        "owner": str(selection.owner) if selection.owner else None,
        "created_at": selection.created_at,
        "updated_at": selection.updated_at,
        "archived_at": selection.archived_at,
    }
