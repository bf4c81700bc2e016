"""`tidings attribute`: the catalogue of attributes of contacts and members."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from tidings.attributes import actions
from tidings.attributes.models import Attribute
from tidings.attributes.queries import change_facts, find, type_change
from tidings.attributes.rules import BUILT_IN
from tidings.cli.exits import EndedBadly
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples
from tidings.cli.output import print_json, print_rows
from tidings.cli.waiting import Step, Summary, Work, wait_for
from tidings.locks.models import Process

Command = TypeVar("Command", bound=Callable[..., Any])

ENDS = (Process.State.FINISHED, Process.State.FAILED, Process.State.CANCELLED)
TYPES = click.Choice(Attribute.Type.values)
SCOPES = click.Choice(Attribute.Scope.values)
choice_option = click.option(
    "--choice", "choices", multiple=True, help="With type choice; repeat it for each."
)


def scope_option(command: Command) -> Command:
    """Adds `--scope`."""
    return click.option(
        "--scope",
        type=SCOPES,
        default="profile",
        show_default=True,
        help="Whether it says something of a contact or of a contact in one group.",
    )(command)


@click.group()
def attribute() -> None:
    """Define, list, change and archive attributes. NAME counts whatever its case."""


@attribute.command(
    epilog=examples(
        'tidings attribute define "Shoe size" --type number',
        "tidings attribute define Card --type choice --choice gold --choice silver --json",
    )
)
@click.argument("name")
@click.option("--type", "kind", type=TYPES, default="text", show_default=True)
@choice_option
@scope_option
@as_json
@database()
def define(*, name: str, kind: str, choices: tuple[str, ...], scope: str, as_json: bool) -> None:
    """Define the attribute NAME."""
    made = actions.define(name, kind=kind, choices=choices, scope=scope, by=None)
    _tell(made, f"Defined {made.scope} attribute “{made.name}” of type {made.type}.", as_json=as_json)


@attribute.command("list", epilog=examples("tidings attribute list", "tidings attribute list --scope member"))
@click.option("--scope", type=SCOPES, default=None)
@as_json
@database()
def list_attributes(scope: str | None, as_json: bool) -> None:
    """List the catalogue: built-in attributes, then custom ones, archived ones as well."""
    custom = Attribute.objects.order_by("name")
    found = [_of(one) for one in (custom.filter(scope=scope) if scope else custom)]
    if scope != Attribute.Scope.MEMBER:
        found = [*_built_in(), *found]
    if as_json:
        print_json(found)
        return
    columns = ("name", "key", "scope", "type", "choices", "archived at")
    rows = (
        (a["name"], a["key"], a["scope"], a["type"], ", ".join(a["choices"]), a["archived_at"]) for a in found
    )
    print_rows(columns, rows, empty="None. Define one with `tidings attribute define`.")


@attribute.command("change-type", epilog=examples('tidings attribute change-type "Shoe size" number'))
@click.argument("name")
@click.argument("kind", metavar="TYPE", type=TYPES)
@choice_option
@scope_option
@click.option("--no-wait", is_flag=True, help="Return at once; workers do the rest.")
@as_json
@database()
def change_type(
    *, name: str, kind: str, choices: tuple[str, ...], scope: str, no_wait: bool, as_json: bool
) -> None:
    """Give NAME the type TYPE, if every stored value fits. Until all are looked at and written the old type holds."""
    change = actions.change_type(find(name, scope), kind, choices=choices, by=None)
    facts = change_facts(change) if no_wait else wait_for(_work(change.pk), quiet=as_json)
    if facts["state"] in (Process.State.FAILED, Process.State.CANCELLED):
        because = f": {facts['error']}" if facts["error"] else ". Nothing was changed."
        raise EndedBadly(what="Change of a type", id=change.pk, state=facts["state"], because=because)
    if as_json:
        print_json(facts)
    elif no_wait:
        click.echo(f"Change {change.pk} has begun. Stop it with: tidings attribute cancel-change {change.pk}")
    else:
        click.echo(f"“{facts['name']}” is now of type {facts['type']}.")


def _work(number: int) -> Work:
    def step(facts: Summary) -> Step:
        return Step(facts["state"], facts["done"], facts["total"])

    return Work(
        "change of a type",
        number,
        lambda: change_facts(type_change(number)),
        step,
        ENDS,
        "tidings attribute list",
    )


@attribute.command("cancel-change", epilog=examples("tidings attribute cancel-change 3"))
@click.argument("change", metavar="ID", type=int)
@as_json
@database()
def cancel_change(*, change: int, as_json: bool) -> None:
    """Cancel the change of a type. The type and all values stay what they were."""
    actions.cancel_type_change(type_change(change), by=None)
    if as_json:
        print_json(change_facts(type_change(change)))
    else:
        click.echo(f"Change {change} stops; the type and all values stay what they were.")


@attribute.command(epilog=examples('tidings attribute respell "shoe size" "Shoe Size"'))
@click.argument("name")
@click.argument("new")
@scope_option
@as_json
@database()
def respell(*, name: str, new: str, scope: str, as_json: bool) -> None:
    """Write NAME as NEW, which may differ in case and spaces."""
    changed = actions.respell(find(name, scope), new, by=None)
    _tell(changed, f"It is now written “{changed.name}”.", as_json=as_json)


@attribute.command("add-choice", epilog=examples("tidings attribute add-choice Card bronze"))
@click.argument("name")
@click.argument("choice")
@scope_option
@as_json
@database()
def add_choice(*, name: str, choice: str, scope: str, as_json: bool) -> None:
    """Add CHOICE to those of NAME."""
    changed = actions.add_choice(find(name, scope), choice, by=None)
    _tell(changed, f"“{changed.name}”: {', '.join(changed.choices)}", as_json=as_json)


@attribute.command("remove-choice", epilog=examples("tidings attribute remove-choice Card bronze"))
@click.argument("name")
@click.argument("choice")
@scope_option
@as_json
@database()
def remove_choice(*, name: str, choice: str, scope: str, as_json: bool) -> None:
    """Remove CHOICE, which nobody has, from those of NAME."""
    changed = actions.remove_choice(find(name, scope), choice, by=None)
    _tell(changed, f"“{changed.name}”: {', '.join(changed.choices)}", as_json=as_json)


@attribute.command(epilog=examples('tidings attribute archive "Shoe size"'))
@click.argument("name")
@scope_option
@as_json
@database()
def archive(*, name: str, scope: str, as_json: bool) -> None:
    """Archive NAME: values stay, new ones can't be given, messages that use it can't be sent."""
    changed = actions.archive(find(name, scope), by=None)
    _tell(changed, f"“{changed.name}” is archived.", as_json=as_json)


@attribute.command(epilog=examples('tidings attribute activate "Shoe size"'))
@click.argument("name")
@scope_option
@as_json
@database()
def activate(*, name: str, scope: str, as_json: bool) -> None:
    """Undo archiving NAME."""
    changed = actions.activate(find(name, scope), by=None)
    _tell(changed, f"“{changed.name}” is active.", as_json=as_json)


@attribute.command(epilog=examples('tidings attribute delete "Shoe size" --yes'))
@click.argument("name")
@scope_option
@click.option("--yes", is_flag=True, help="Don't ask.")
@as_json
@database()
def delete(*, name: str, scope: str, yes: bool, as_json: bool) -> None:
    """Delete NAME, which no value and no message uses."""
    found = find(name, scope)
    if not yes:
        click.confirm(f"Delete the attribute “{found.name}”?", abort=True, err=True)
    shape = _of(found)
    actions.delete(found, by=None)
    if as_json:
        print_json(shape)
    else:
        click.echo(f"“{found.name}” is deleted.")


def _tell(changed: Attribute, text: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_of(changed))
    else:
        click.echo(text)


def _of(one: Attribute) -> dict[str, Any]:
    names = ("id", "name", "key", "scope", "type", "choices", "created_at", "archived_at")
    return {name: getattr(one, name) for name in names} | {"is_built_in": False}


def _built_in() -> list[dict[str, Any]]:
    return [
        {
            "id": None,
            "name": one.label,
            "key": one.key,
            "scope": "profile",
            "type": one.kind.value,
            "choices": list(one.choices),
            "created_at": None,
            "archived_at": None,
            "is_built_in": True,
        }
        for one in BUILT_IN.values()
    ]
