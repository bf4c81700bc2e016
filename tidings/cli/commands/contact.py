"""`tidings contact`: single contacts."""

import click

from tidings.cli import shapes
from tidings.cli.ground import database
from tidings.cli.options import as_json, examples
from tidings.cli.output import print_facts, print_json, print_rows
from tidings.contacts.queries import find

LISTS = ("groups", "deliveries", "attributes", "opt_outs")


@click.group()
def contact() -> None:
    """Look contacts up."""


@contact.command(
    epilog=examples("tidings contact show anna@example.com", "tidings contact show +491713920000 --json")
)
@click.argument("address")
@as_json
@database()
def show(address: str, as_json: bool) -> None:
    """Show who has ADDRESS: an e-mail address, a mobile number or an external id."""
    shape = shapes.of_contact(find(address))
    if as_json:
        print_json(shape)
        return
    print_facts({name: value for name, value in shape.items() if name not in LISTS})
    print_facts(shape["attributes"])
    groups = (
        (g["id"], g["name"], g["address"], g["state"], g["source"], g["joined_at"]) for g in shape["groups"]
    )
    print_rows(("group", "name", "address", "state", "joined by", "since"), groups, empty="In no group.")
    for opt_out in shape["opt_outs"]:
        what = " ".join(str(opt_out[name]) for name in ("scope", "group", "channel") if opt_out[name])
        print_facts({"opted out of": f"{what} ({opt_out['reason']})"})
    sent = ((d["sendout"], d["outcome"], d["reason"], d["attempt"], d["at"]) for d in shape["deliveries"])
    print_rows(("sendout", "outcome", "reason", "attempt", "at"), sent, empty="Nothing was sent to them.")
