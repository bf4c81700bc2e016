"""`tidings select` and `tidings selection`: whom a rule picks, and the rules that were saved."""

from typing import Any

import click

from tidings.cli.ground import database
from tidings.cli.options import as_json, examples, group_of
from tidings.cli.output import print_facts, print_json, print_rows
from tidings.cli.saving import saved as saved_file
from tidings.groups.models import Group
from tidings.selections import actions, language, queries, saved
from tidings.selections.errors import BadRule
from tidings.selections.language import Rule
from tidings.selections.models import Selection

PATIENT = queries.Limit(seconds=3_600.0)  # nobody waits for a page here
CONTACT = ("id", "email", "mobile", "external_id")


@click.command(
    epilog=examples(
        """tidings select 'city = "Berlin" and joined within 30 days' --group news@example.org""",
        "tidings select 'birthday in 7 days' --sample",
        "tidings select 'not received within 90 days' --group 1 --out sleepers.csv",
    )
)
@click.argument("text", metavar="RULE")
@click.option("--group", "ref", metavar="GROUP", help="Only its members. Default: all contacts.")
@click.option("--count", "how", flag_value="count", default=True, help="Say how many there are. The default.")
@click.option("--sample", "how", flag_value="sample", help="Show ten of them.")
@click.option("--explain", "how", flag_value="explain", help="Say what each condition does.")
@click.option("--out", metavar="FILE", help="Write them all to a CSV file; `-` is standard output.")
@as_json
@database()
def select(*, text: str, ref: str | None, how: str, out: str | None, as_json: bool) -> None:
    """Count, show or save the contacts that RULE picks; docs/reference/selections.md tells how rules are written."""
    rule, group = _rule(text), group_of(ref) if ref else None
    if out:
        _save(rule, group, out, as_json=as_json)
    else:
        {"count": _count, "sample": _sample, "explain": _explain}[how](rule, group, as_json=as_json)


def _rule(text: str) -> Rule:
    """The rule; a fault shows its place."""
    try:
        return language.parse(text)
    except BadRule as fault:
        raise BadRule(**fault.facts | {"place": f"{fault.facts['place']}\n{fault.picture}"}) from None


def _count(rule: Rule, group: Group | None, *, as_json: bool) -> None:
    found = queries.count(rule, group, limit=PATIENT)
    if as_json:
        print_json({"count": found})
    else:
        click.echo(f"{found:,} contact(s)")


def _sample(rule: Rule, group: Group | None, *, as_json: bool) -> None:
    found = queries.sample(rule, group, limit=PATIENT)
    if as_json:
        print_json([{name: getattr(contact, name) for name in CONTACT} for contact in found])
    else:
        rows = (tuple(getattr(contact, name) for name in CONTACT) for contact in found)
        print_rows(CONTACT, rows, empty="The rule picks nobody.")


def _explain(rule: Rule, group: Group | None, *, as_json: bool) -> None:
    known, found = language.catalogue(), queries.dropped(rule, group, limit=PATIENT)
    effects = [
        {"text": language.write(one.condition, known), "fulfil": one.fulfil, "drops": one.drops}
        for one in found.effects
    ]
    facts = {**language.forms(rule, known), "people": found.people, "count": found.picked}
    if as_json:
        print_json({**facts, "conditions": effects})
        return
    print_facts({name: facts[name] for name in ("text", "sentence", "people", "count")})
    rows = ((one["text"], one["fulfil"], one["drops"]) for one in effects)
    print_rows(("condition", "fulfil it", "it drops"), rows, empty="")


def _save(rule: Rule, group: Group | None, out: str, *, as_json: bool) -> None:
    number = -1  # the header
    with saved_file(out) as target:
        for line in queries.lines(rule, group):
            target.write(line.encode())
            number += 1
    if out == "-":
        return
    if as_json:
        print_json({"count": number, "file": out})
    else:
        click.echo(f"Wrote {number:,} contact(s) to {out}.")


@click.group()
def selection() -> None:
    """Save, list, show, change, copy and delete selections. SELECTION is a name or an id."""


@selection.command(epilog=examples("""tidings selection save Berliners 'city = "Berlin"'"""))
@click.argument("name")
@click.argument("text", metavar="RULE")
@click.option("--replace", is_flag=True, help="Give the selection of that name this rule, if there is one.")
@as_json
@database()
def save(*, name: str, text: str, replace: bool, as_json: bool) -> None:
    """Save RULE under NAME."""
    rule = _rule(text)
    found = Selection.objects.filter(name__iexact=name.strip()).first() if replace else None
    made = actions.change(found, rule=rule, by=None) if found else actions.create(name, rule, by=None)
    _tell(made, "Saved", as_json=as_json)


@selection.command(
    "list", epilog=examples("tidings selection list", "tidings selection list --search berlin --json")
)
@click.option("--search", metavar="TEXT", default="", help="A part of the name.")
@click.option("--archived", is_flag=True, help="The archived ones instead.")
@as_json
@database()
def list_selections(*, search: str, archived: bool, as_json: bool) -> None:
    """List selections by name."""
    known = language.catalogue()
    found = [saved.facts(one, known) for one in saved.listed(text=search, is_archived=archived)]
    if as_json:
        print_json(found)
        return
    rows = ((one["id"], one["name"], one["fault"] or one["text"]) for one in found)
    print_rows(("id", "name", "rule"), rows, empty="None. Make one with `tidings selection save NAME RULE`.")


@selection.command(epilog=examples("tidings selection show Berliners"))
@click.argument("ref", metavar="SELECTION")
@as_json
@database()
def show(*, ref: str, as_json: bool) -> None:
    """Show one selection: its rule, in words as well, and where it is in use."""
    found = saved.find(ref)
    facts: dict[str, Any] = saved.facts(found, language.catalogue()) | {"used_by": saved.users(found)}
    if as_json:
        print_json(facts)
    else:
        facts["used_by"] = ", ".join(facts["used_by"])
        print_facts({name: fact for name, fact in facts.items() if name != "rule"})


@selection.command(epilog=examples('tidings selection rename Berliners "People in Berlin"'))
@click.argument("ref", metavar="SELECTION")
@click.argument("name", metavar="NEW-NAME")
@as_json
@database()
def rename(*, ref: str, name: str, as_json: bool) -> None:
    """Give a selection another name; whatever uses it goes on using it."""
    _tell(actions.change(saved.find(ref), name=name, by=None), "Renamed", as_json=as_json)


@selection.command(epilog=examples('tidings selection copy Berliners "Berliners, loyal"'))
@click.argument("ref", metavar="SELECTION")
@click.argument("name", metavar="NEW-NAME")
@as_json
@database()
def copy(*, ref: str, name: str, as_json: bool) -> None:
    """Save the rule of a selection under another name."""
    _tell(actions.copy(saved.find(ref), name, by=None), "Saved", as_json=as_json)


@selection.command(epilog=examples("tidings selection archive Berliners"))
@click.argument("ref", metavar="SELECTION")
@as_json
@database()
def archive(*, ref: str, as_json: bool) -> None:
    """Take a selection out of the lists that people choose from."""
    found = saved.find(ref)
    actions.archive(found, by=None)
    _tell(found, "Archived", as_json=as_json)


@selection.command(epilog=examples("tidings selection activate Berliners"))
@click.argument("ref", metavar="SELECTION")
@as_json
@database()
def activate(*, ref: str, as_json: bool) -> None:
    """Undo `archive`."""
    found = saved.find(ref)
    actions.activate(found, by=None)
    _tell(found, "Activated", as_json=as_json)


@selection.command(epilog=examples("tidings selection delete Berliners --yes"))
@click.argument("ref", metavar="SELECTION")
@click.option("--yes", is_flag=True, help="Delete without asking.")
@as_json
@database()
def delete(*, ref: str, yes: bool, as_json: bool) -> None:
    """Delete a selection that nothing uses, for good."""
    found = saved.find(ref)
    if not yes:
        click.confirm(f"Delete the selection “{found}”?", abort=True, err=True)
    number = found.pk
    actions.delete(found, by=None)
    if as_json:
        print_json({"id": number, "name": found.name})
    else:
        click.echo(f"Deleted selection {number}: {found.name}")


def _tell(made: Selection, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(saved.facts(made, language.catalogue()))
    else:
        click.echo(f"{what} selection {made.pk}: {made.name}")
