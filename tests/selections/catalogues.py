"""A catalogue without a database."""

from tidings.attributes.criteria import Choice, Criterion, Kind, Scope, Thing
from tidings.selections.rules.catalogue import Catalogue

THINGS = {1: "News", 2: "Sport", 12: "12"}


def find(ref: int | str) -> Thing | None:
    found = [Thing(number, name) for number, name in THINGS.items() if ref in (number, name)]
    return found[0] if found else None


def make_catalogue() -> Catalogue:
    """One criterion of each kind, and names that get in one another's way."""
    group, message = Scope("group", "in group", find), Scope("message", "message", find)

    def one(name: str, label: str, kind: Kind, **rest) -> Criterion:
        return Criterion(name, label, kind, lambda _: "true", "Section", **rest)

    return Catalogue(
        [
            one("contact.city", "City", Kind.TEXT),
            one("contact.first_name", "First name", Kind.TEXT),
            one("contact.zip_code", "Zip code", Kind.TEXT),
            one("contact.shoe size", "Shoe size", Kind.NUMBER),
            one("contact.straße 1", "Straße 1", Kind.TEXT),
            one("contact.joined", "Joined", Kind.DATE),
            one("contact.not", "Not", Kind.BOOLEAN),
            one("contact.date_of_birth", "Date of birth", Kind.DATE, anniversary="birthday"),
            one("contact.visit", "Visit", Kind.DATE_TIME),
            one("contact.tier", "Tier", Kind.CHOICE, choices=(Choice("g", "Gold"), Choice("s", "Silver"))),
            one("member.card", "Card", Kind.TEXT, scope=group),
            one("member.big one", "Big one", Kind.NUMBER, scope=group),
            one("member of", "member of", Kind.THING, find=find),
            one("in selection", "in selection", Kind.THING, find=find, is_named=True),
            one("category", "group category", Kind.LABEL, find=find, is_named=True),
            one("joined", "joined", Kind.EVENT, scope=group),
            one("joined by", "joined by", Kind.CHOICE, choices=(Choice("import", "Import"),), scope=group),
            one("received", "received", Kind.EVENT, scope=message),
            one("opted out", "opted out", Kind.FLAG, scope=group),
        ]
    )
