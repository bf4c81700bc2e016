"""A rule on its way through the builder: as a tree and as text, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from tidings.groups.models import Group
from tidings.groups.queries import find as find_group
from tidings.kernel.errors import NotFound
from tidings.selections import language
from tidings.selections.errors import BadRule
from tidings.selections.rules.catalogue import Catalogue
from tidings.selections.rules.tree import Rule
from tidings.web.builder import NEW, Form, Many, Unfinished, changed, read, text_of, tree_of
from tidings.web.builder_fields import ShownMany, shown

LINK_CHARACTERS_AT_MOST = 4_000  # longer rules don't fit into an address that every server takes


@dataclass(frozen=True)
class Draft:
    """What the builder shows. `text` is the rule's own text if it has one, else what was typed; `fault` says what is
    wrong with that, and `picture` where.
    """

    tree: ShownMany
    text: str
    said: str = ""
    fault: str = ""
    picture: str = ""
    is_rule: bool = False
    group: Group | None = None

    @property
    def query(self) -> str:
        """The rule as the end of an address, if it isn't too long for that."""
        return urlencode({"where": self.text}) if len(self.text) <= LINK_CHARACTERS_AT_MOST else ""


def draft_of(form: Form) -> Draft:
    """The draft that a browser sends: a text with `do=text`, else a tree, maybe changed by a button."""
    known, group = language.catalogue(), _group(form.get("group", ""))
    wish = form.get("do", "")
    if wish == "text":
        return _of_text(form.get("text", ""), form.get("good", ""), known, group)
    return _of_tree(changed(read(form), wish), known, group)


def draft_of_text(text: str, group: Group | None = None) -> Draft:
    """The draft of a rule that is there; an empty one has an empty condition."""
    known = language.catalogue()
    return _of_text(text, "", known, group) if text.strip() else _of_tree(Many(parts=(NEW,)), known, group)


def _group(ref: str) -> Group | None:
    try:
        return find_group(ref) if ref else None
    except NotFound:
        return None


def _of_text(text: str, good: str, known: Catalogue, group: Group | None) -> Draft:
    try:
        return _good(language.parse(text, known), known, group)
    except BadRule as bad:
        tree = _tree_of(good, known)
        return Draft(shown(tree, known), text, fault=str(bad), picture=bad.picture, group=group)


def _tree_of(text: str, known: Catalogue) -> Many:
    try:
        return tree_of(language.parse(text, known))
    except BadRule:
        return Many(parts=(NEW,))


def _of_tree(tree: Many, known: Catalogue, group: Group | None) -> Draft:
    try:
        rule = language.parse(text_of(tree, known), known)
    except (Unfinished, BadRule):
        return Draft(shown(tree, known), "", group=group)  # each condition says what it misses
    return _good(rule, known, group, tree)


def _good(rule: Rule, known: Catalogue, group: Group | None, tree: Many | None = None) -> Draft:
    return Draft(
        shown(tree or tree_of(rule), known),
        language.write(rule, known),
        said=language.say(rule, known),
        is_rule=True,
        group=group,
    )
