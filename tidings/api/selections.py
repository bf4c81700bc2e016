"""Selections: rules that pick contacts, and the rules that were saved."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.accounts.models import User
from tidings.api.auth import Call
from tidings.api.paging import After, Limit, Page, cut
from tidings.api.problems import answers
from tidings.groups.models import Group
from tidings.groups.queries import find as find_group
from tidings.selections import actions, language, queries, saved
from tidings.selections.errors import BadRule
from tidings.selections.models import Selection
from tidings.selections.rules.catalogue import Catalogue
from tidings.selections.rules.describe import describe
from tidings.selections.rules.names import NAME_CHARACTERS_AT_MOST

router = Router(tags=["selections"])

SECONDS_AT_MOST = 60.0
RULE = {"and": [{"field": "contact.city", "relation": "=", "values": ["Berlin"]}]}
Text = Annotated[
    str | None, Field(description="The rule as text, or else `rule`.", examples=['city = "Berlin"'])
]
Rule = Annotated[dict[str, Any] | None, Field(description="The rule as JSON.", examples=[None])]


class RuleIn(Schema):
    """A rule, as text or as JSON, and the group whose members it is about."""

    model_config = ConfigDict(extra="forbid")
    text: Text = None
    rule: Rule = None
    group: int | str | None = Field(
        default=None, description="Its id or address; without it all contacts.", examples=["news@example.org"]
    )


class QuestionIn(RuleIn):
    """A rule, and how long the answer may take."""

    seconds: float = Field(default=30.0, gt=0, le=SECONDS_AT_MOST, examples=[2.0])
    asker: str = Field(
        default="",
        max_length=100,
        description="Any word; a newer question with the same one ends the older.",
        examples=["builder"],
    )


class RuleOut(Schema):
    """A rule in all its forms."""

    text: str = Field(description="In the one way in which it is written.", examples=['city = "Berlin"'])
    rule: dict[str, Any] = Field(examples=[RULE["and"][0]])
    sentence: str = Field(examples=["City is “Berlin”."])


class CountOut(Schema):
    """How many contacts a rule picks."""

    count: int = Field(examples=[12_345])


class PickedOut(Schema):
    """One of the contacts that a rule picks."""

    id: int = Field(examples=[17])
    email: str | None = Field(examples=["anna@example.com"])
    mobile: str | None = Field(examples=["+491713920000"])
    external_id: str | None = Field(examples=["C-1001"])


class EffectOut(Schema):
    """What one condition does by itself."""

    text: str = Field(examples=['city = "Berlin"'])
    fulfil: int = Field(description="Who fulfils the condition.", examples=[20_000])
    drops: int = Field(description="Who would be picked as well without it.", examples=[7_655])


class ExplanationOut(RuleOut):
    """How a rule comes to its number."""

    people: int = Field(description="All whom it could pick.", examples=[100_000])
    count: int = Field(examples=[12_345])
    conditions: list[EffectOut]


class ChoiceOut(Schema):
    """A value that a criterion may have."""

    value: str = Field(examples=["active"])
    label: str = Field(examples=["Active"])


class RelationOut(Schema):
    """How a criterion may be compared."""

    relation: str = Field(examples=["within"])
    written: str = Field(examples=["within"])
    takes: str = Field(description="nothing, one, two, many or period", examples=["period"])
    units: list[str] = Field(examples=[["hours", "days", "weeks", "months", "years"]])


class CriterionOut(Schema):
    """Something that a rule may ask."""

    field: str = Field(description="Its name in JSON.", examples=["joined"])
    written: str = Field(description="How it is written in a text.", examples=["joined"])
    label: str = Field(examples=["joined"])
    section: str = Field(examples=["Groups"])
    kind: str = Field(
        description="text, number, boolean, date, date_time, choice, event, flag, thing or label",
        examples=["event"],
    )
    scope: str | None = Field(description="What it may be narrowed to: group or message.", examples=["group"])
    choices: list[ChoiceOut]
    relations: list[RelationOut]


class SelectionIn(Schema):
    """A rule to save."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=NAME_CHARACTERS_AT_MOST, examples=["Berliners"])
    text: Text = None
    rule: Rule = None


class SelectionChange(Schema):
    """What of a selection to change; the rest stays."""

    model_config = ConfigDict(extra="forbid")
    name: str | None = Field(default=None, max_length=NAME_CHARACTERS_AT_MOST, examples=["Berliners"])
    text: Text = None
    rule: Rule = None


class NameIn(Schema):
    """What the copy is called."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=NAME_CHARACTERS_AT_MOST, examples=["Berliners, copy"])


class SelectionOut(Schema):
    """A saved rule. If it names something that is gone, `fault` says so, and it can't be used."""

    id: int = Field(examples=[3])
    name: str = Field(examples=["Berliners"])
    text: str = Field(examples=['city = "Berlin"'])
    rule: dict[str, Any] | None = Field(examples=[RULE["and"][0]])
    sentence: str = Field(examples=["City is “Berlin”."])
    fault: str = Field(examples=[""])
    owner: str | None = Field(examples=["Anna Ahrens"])
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class UsersOut(Schema):
    """Where a selection is in use."""

    used_by: list[str] = Field(examples=[["selection “Berliners with a birthday” (4)"]])


@router.get("/selections/criteria", response=answers({200: list[CriterionOut]}))
def list_criteria(request: Call) -> list[dict[str, Any]]:  # noqa: ARG001 - ninja passes the request
    """Lists what rules may ask, with relations and choices."""
    known = language.catalogue()
    return [describe(criterion, known) for criterion in known.criteria.values()]


@router.post("/selections/check", response=answers({200: RuleOut}, 400, 404))
def check_rule(request: Call, payload: RuleIn) -> RuleOut:  # noqa: ARG001 - ninja passes the request
    """Checks a rule and gives it in all its forms; with 422 `spot` says where the fault is."""
    known = language.catalogue()
    rule = _rule(payload.text, payload.rule, known)
    language.compiled(rule, group=_group(payload.group), known=known)
    return RuleOut(**language.forms(rule, known))


@router.post("/selections/count", response=answers({200: CountOut}, 400, 404, 409))
def count_selected(request: Call, payload: QuestionIn) -> CountOut:
    """Counts whom a rule picks."""
    rule = _rule(payload.text, payload.rule)
    return CountOut(count=queries.count(rule, _group(payload.group), limit=_limit(payload, request.auth)))


@router.post("/selections/sample", response=answers({200: list[PickedOut]}, 400, 404, 409))
def sample_selected(request: Call, payload: QuestionIn) -> list[PickedOut]:
    """Gives ten of those whom a rule picks, spread over all of them."""
    rule = _rule(payload.text, payload.rule)
    found = queries.sample(rule, _group(payload.group), limit=_limit(payload, request.auth))
    return [PickedOut(id=c.pk, email=c.email, mobile=c.mobile, external_id=c.external_id) for c in found]


@router.post("/selections/explain", response=answers({200: ExplanationOut}, 400, 404, 409))
def explain_selected(request: Call, payload: QuestionIn) -> ExplanationOut:
    """Says what each condition of a rule does: who fulfils it, and whom it alone keeps out."""
    known = language.catalogue()
    rule = _rule(payload.text, payload.rule, known)
    found = queries.dropped(rule, _group(payload.group), limit=_limit(payload, request.auth))
    effects = [
        EffectOut(text=language.write(one.condition, known), fulfil=one.fulfil, drops=one.drops)
        for one in found.effects
    ]
    return ExplanationOut(
        **language.forms(rule, known), people=found.people, count=found.picked, conditions=effects
    )


@router.get("/selections", response=answers({200: Page[SelectionOut]}))
def list_selections(
    request: Call,  # noqa: ARG001 - ninja passes the request
    *,
    search: Annotated[str, Query(description="A part of the name.", examples=["Berlin"])] = "",
    archived: bool = False,
    after: After = "0",
    limit: Limit = 50,
) -> Page[SelectionOut]:
    """Lists saved selections in the order of their making."""
    found = saved.listed(text=search, is_archived=archived).filter(pk__gt=int(after)).order_by("pk")
    rows, following = cut(found, limit, lambda selection: selection.pk)
    known = language.catalogue()
    return Page(items=[SelectionOut(**saved.facts(row, known)) for row in rows], next=following)


@router.post("/selections", response=answers({201: SelectionOut}, 400, 404, 409))
def create_selection(request: Call, response: HttpResponse, payload: SelectionIn) -> Status[SelectionOut]:
    """Saves a rule under a name."""
    made = actions.create(payload.name, _rule(payload.text, payload.rule), by=request.auth)
    response["Location"] = f"{request.path}/{made.pk}"
    return Status(201, _out(made))


@router.get("/selections/{int:number}", response=answers({200: SelectionOut}, 404))
def get_selection(request: Call, number: int) -> SelectionOut:  # noqa: ARG001 - ninja passes the request
    """Gets a saved selection."""
    return _out(saved.get(number))


@router.patch("/selections/{int:number}", response=answers({200: SelectionOut}, 400, 404, 409))
def change_selection(request: Call, number: int, payload: SelectionChange) -> SelectionOut:
    """Gives a selection another name, another rule or both. Whatever uses it goes by the new rule."""
    rule = _rule(payload.text, payload.rule) if payload.text or payload.rule else None
    return _out(actions.change(saved.get(number), name=payload.name, rule=rule, by=request.auth))


@router.delete("/selections/{int:number}", response=answers({204: None}, 404, 409))
def delete_selection(request: Call, number: int) -> Status[None]:
    """Deletes a selection that nothing uses."""
    actions.delete(saved.get(number), by=request.auth)
    return Status(204, None)


@router.post("/selections/{int:number}/copy", response=answers({201: SelectionOut}, 400, 404, 409))
def copy_selection(
    request: Call, response: HttpResponse, number: int, payload: NameIn
) -> Status[SelectionOut]:
    """Saves the same rule under another name."""
    made = actions.copy(saved.get(number), payload.name, by=request.auth)
    response["Location"] = f"/api/v1/selections/{made.pk}"
    return Status(201, _out(made))


@router.post("/selections/{int:number}/archive", response=answers({200: SelectionOut}, 404))
def archive_selection(request: Call, number: int) -> SelectionOut:
    """Takes a selection out of the lists that people choose from; where it is in use it stays so."""
    actions.archive(saved.get(number), by=request.auth)
    return _out(saved.get(number))


@router.post("/selections/{int:number}/activate", response=answers({200: SelectionOut}, 404))
def activate_selection(request: Call, number: int) -> SelectionOut:
    """Undoes that."""
    actions.activate(saved.get(number), by=request.auth)
    return _out(saved.get(number))


@router.get("/selections/{int:number}/users", response=answers({200: UsersOut}, 404))
def get_selection_users(request: Call, number: int) -> UsersOut:  # noqa: ARG001 - ninja passes the request
    """Tells where a selection is in use."""
    return UsersOut(used_by=saved.users(saved.get(number)))


def _rule(text: str | None, rule: dict[str, Any] | None, known: Catalogue | None = None) -> language.Rule:
    if (text is None) == (rule is None):
        raise BadRule(why="Give the rule as `text` or as `rule`, and not as both.", place="")
    return language.from_json(rule, known) if text is None else language.parse(text, known)


def _group(ref: int | str | None) -> Group | None:
    return None if ref is None else find_group(ref)


def _limit(payload: QuestionIn, user: User) -> queries.Limit:
    """One user's questions never end another's."""
    return queries.Limit(payload.seconds, f"{user.pk} {payload.asker}" if payload.asker else "")


def _out(selection: Selection) -> SelectionOut:
    return SelectionOut(**saved.facts(selection, language.catalogue()))
