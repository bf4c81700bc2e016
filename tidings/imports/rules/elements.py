"""XML -> records of cells, person by person, in memory that doesn't grow with the file.

Two documents are understood: our own (`members` of `member`) and that of Mapp Engage (`userdata` of `user`). Each child
of a person becomes a cell under the name that its column would have in a CSV file, so that everything behind this
module knows cells only. Namespaces don't count. A DOCTYPE is refused, and so are the entities that only one can define.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from lxml import etree

from tidings.attributes.rules import name_key
from tidings.imports.rules.errors import (
    BrokenXml,
    Doctype,
    NoPeople,
    PersonTooLong,
    UnknownElement,
    UnknownRoot,
)
from tidings.imports.rules.exports import ENGAGE_ELEMENTS
from tidings.imports.rules.mapping import MEMBER_PREFIX
from tidings.imports.rules.mentions import mentioned
from tidings.imports.rules.reasons import Reason, Reject, excerpt
from tidings.imports.rules.records import Records

Element = Any
"""An element of lxml, about which its stubs know too little."""

PIECE_BYTES = 64 * 1024
PERSON_BYTES_AT_MOST = 4 * 1024 * 1024  # as much as one record of a CSV file
HEAD_PEOPLE = 20_000  # columns are looked for among them


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How a document names people and what is known of them: `named` maps elements with a `name` to a prefix."""

    person: str
    elements: Mapping[str, str]
    prefix: str
    named: Mapping[str, str]


_DIALECTS = {
    "members": _Dialect("member", {}, "", {"attribute": "", "member-attribute": MEMBER_PREFIX}),
    "userdata": _Dialect(
        "user",
        ENGAGE_ELEMENTS,
        "user.",
        {"namedattr": "user.CustomAttribute.", "memberattr": "user.MemberAttribute."},
    ),
}
_TAGS = [f"{{*}}{dialect.person}" for dialect in _DIALECTS.values()]
_LIMITS = "number", "period"  # of `maxmessages`, which has no text


def read_beginning(file: BinaryIO, rows: int) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The names of what is said of the first people, in the order of their appearance, and `rows` of these people."""
    names: dict[str, str] = {}
    shown: list[dict[str, str]] = []
    people = 0
    for document, found, _ in _pieces(file):
        for person in found:
            known = {document.name_of(child): _text_of(child) for child in person}
            for name in known:
                names.setdefault(name_key(name), name)
            if len(shown) < rows:
                shown.append({name_key(name): text for name, text in known.items()})
        people += len(found)
        if people >= HEAD_PEOPLE:
            break
    if not names:
        raise NoPeople
    return tuple(names.values()), tuple(tuple(each.get(key, "") for key in names) for each in shown)


def read_people(file: BinaryIO, names: Sequence[str], *, ignores_others: bool) -> Iterator[Records]:
    """Everybody in a file, with cells in the order of `names`; what has another name is an error, unless ignored.

    Raises FileError where the file stops being readable as a whole.
    """
    width = len(names)
    at_name = {name_key(name): at for at, name in enumerate(names)}
    for document, found, bytes_read in _pieces(file):
        records = Records(bytes_read=bytes_read)
        records.starts = starts = list[int]()
        for person in found:
            cells = [""] * width
            reject = document.fill(cells, person, at_name, ignores_others=ignores_others)
            if reject:
                records.rejects.append(reject)
            else:
                starts.append(person.sourceline)
                records.cells.append(cells)
        yield records


class _Document:
    """The root of one file, and what its elements turned out to mean."""

    def __init__(self, root: Element) -> None:
        if root.getroottree().docinfo.doctype:
            raise Doctype
        name = etree.QName(root).localname
        if name not in _DIALECTS:
            raise UnknownRoot(name=excerpt(name))
        self.root = root
        self.dialect = _DIALECTS[name]
        self._at_tag: dict[str, int | None] = {}
        self._at_named: dict[tuple[str, str], int | None] = {}
        self._prefixes: dict[str, str] = {}

    def fill(
        self,
        cells: list[str],
        person: Element,
        at_name: Mapping[str, int],
        *,
        ignores_others: bool,
    ) -> Reject | None:
        """Puts what is known of a person into their cells; says why it can't be."""
        for child in person:
            tag = str(child.tag)
            try:
                at = self._at_tag[tag]
            except KeyError:
                at = self._look_up(tag, child, at_name, ignores_others=ignores_others)
            if at is None:
                continue
            if len(child) or cells[at]:
                return self._reject(person, child)
            cells[at] = _text_of(child)
        return None

    def _look_up(
        self, tag: str, child: Element, at_name: Mapping[str, int], *, ignores_others: bool
    ) -> int | None:
        given = child.get("name") or ""
        if (tag, given) in self._at_named:
            return self._at_named[tag, given]
        name = self.name_of(child)
        at = at_name.get(name_key(name))
        if at is None and not ignores_others:
            raise UnknownElement(name=excerpt(name), line=child.sourceline)
        if etree.QName(child).localname in self.dialect.named:
            self._at_named[tag, given] = at
        else:
            self._at_tag[tag] = at
        return at

    def name_of(self, child: Element) -> str:
        """What the column of this element would be called in a CSV file."""
        local = etree.QName(child).localname
        if local in self.dialect.named:
            return self.dialect.named[local] + (child.get("name") or "")
        return self.dialect.elements.get(local.casefold(), self.dialect.prefix + local)

    def _reject(self, person: Element, child: Element) -> Reject:
        reason = Reason.NESTED if len(child) else Reason.TWICE
        texts = [text for each in person for text in each.itertext()]
        column, value = excerpt(self.name_of(child)), excerpt("".join(child.itertext()))
        return Reject(person.sourceline or 0, reason, column, value, mentioned(texts))


def _text_of(child: Element) -> str:
    """The text of an element; `2/7` for a contact's own limit of two messages in seven days, which has none."""
    limits = map(child.get, _LIMITS) if child.attrib else ()
    return str(child.text or "/".join(filter(None, limits)))


def _pieces(file: BinaryIO) -> Iterator[tuple[_Document, list[Element], int]]:
    """The people of each piece of a file, who are forgotten with the next piece; and how many bytes were read."""
    parser: Any = _parser()
    document: _Document | None = None
    bytes_read = settled = 0
    try:
        while data := file.read(PIECE_BYTES):
            bytes_read += len(data)
            parser.feed(data)
            found = [element for _, element in parser.read_events()]
            if document is None and found:
                document = _Document(found[0].getroottree().getroot())
            if document is not None:
                root = document.root
                yield document, [each for each in found if each.getparent() is root], bytes_read
                settled = bytes_read if _forget_all_but_last(root) else settled
            if bytes_read - settled > PERSON_BYTES_AT_MOST:
                raise PersonTooLong(limit=PERSON_BYTES_AT_MOST)
        root = parser.close()
    except etree.XMLSyntaxError as fault:
        raise BrokenXml(line=fault.lineno or 1, problem=str(fault.msg).rstrip(".")) from None
    if document is None:
        _Document(root)


def _parser() -> Any:
    return etree.XMLPullParser(
        events=("end",),
        tag=_TAGS,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _forget_all_but_last(root: Element) -> bool:
    """Frees what is read; only the last child may still be open."""
    is_any = len(root) > 1
    del root[:-1]
    return is_any
