"""How a CSV file is written: proposed from its first bytes, chosen by a person, stored as JSON."""

import codecs
import csv
import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import charset_normalizer

from tidings.imports.rules.errors import BadFormat, NotText, UnreadableText
from tidings.imports.rules.lines import UNREADABLE, decoder_of

HEAD_BYTES = 256 * 1024  # what a proposal is made from
SEPARATORS = (",", ";", "\t", "|")
QUOTES = ('"', "'")

_XML_BEGINS_WITHIN = 1_000  # bytes
_OPENS_ELEMENT = re.compile(rb"<(?:[\w.-]+:)?(?:members|userdata)[\s/>]")

# A few stray bytes in a file leave out their rows; more of them mean that the character set is wrong.
_READABLE_PER_UNREADABLE = 10
_SAMPLE_LINES = 200
_GUESS_BYTES = 16 * 1024
_NUL_SHARE_OF_UTF16 = 0.2

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FILE_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3", "a database"),
)

# Marks that stand between words in all of these sets: quotation marks, dashes, signs.
_PUNCTUATION = "\u00a0€\u201a„…\u2018\u2019“”\u2013—«»•§°\u00b4©®™"
_WESTERN = "äöüßáàâãåæçéèêëíìîïñóòôõøúùûÿœÄÖÜÁÀÂÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÕØÚÙÛŸŒ¡¿ºª"
_CENTRAL = "ąćęłńóśźżáčďéěíľĺňôŕřšťúůýžäöüßőűăâîşţĄĆĘŁŃÓŚŹŻÁČĎÉĚÍĽĹŇÔŔŘŠŤÚŮÝŽÄÖÜŐŰĂÂÎŞŢ"
_TURKISH = "çğıöşüâîûÇĞİÖŞÜäßéè"
# The letters that people's names and places have in the languages each one was made for, the likeliest first.
_LETTERS_OF = {
    "cp1252": frozenset(_WESTERN + _PUNCTUATION),
    "cp1250": frozenset(_CENTRAL + _PUNCTUATION),
    "cp1254": frozenset(_TURKISH + _PUNCTUATION),
    "iso-8859-15": frozenset(_WESTERN + "ŠšŽž" + _PUNCTUATION),
    "iso-8859-2": frozenset(_CENTRAL + _PUNCTUATION),
    "mac-roman": frozenset(_WESTERN + _PUNCTUATION),
    "cp850": frozenset(_WESTERN),
}
# What no language writes: these accents within a word (Czech read as Western European has many), and a
# capital behind a small letter.
_CAPITALS = "".join(letter for letter in _WESTERN + _CENTRAL + _TURKISH if letter.isupper())
_ODD = re.compile(rf"[ìòù](?=[a-z])|(?<=[a-z])[{_CAPITALS}]")
_OTHER_ENCODINGS = (
    "cp1251",
    "koi8-r",
    "cp1253",
    "cp1255",
    "cp1256",
    "cp1257",
    "shift-jis",
    "gb18030",
    "big5",
)
_LETTERS_SHARE_OF_A_FIT = 0.95


class Kind(StrEnum):
    """What a file is made of."""

    CSV = "csv"
    XML = "xml"


@dataclass(frozen=True, slots=True)
class Format:
    """How one file is written. `skipped_lines` stand before the header, such as Excel's `sep=;`.

    An XML file says itself in which character set it is; nothing else but `kind` counts for it.
    """

    encoding: str = "utf-8"
    separator: str = ","
    quote: str = '"'
    space_after_separator: bool = False
    has_header: bool = True
    skipped_lines: int = 0
    kind: Kind = Kind.CSV

    def __post_init__(self) -> None:
        """Raises BadFormat, UnknownEncoding."""
        if self.separator not in SEPARATORS:
            raise BadFormat(
                problem=f"the separator {self.separator!r} is none of comma, semicolon, tab and |"
            )
        if self.quote not in QUOTES:
            raise BadFormat(problem=f"the quotation mark {self.quote!r} is neither \" nor '")
        if not 0 <= self.skipped_lines <= _SAMPLE_LINES:
            raise BadFormat(problem=f"lines to skip are 0 to {_SAMPLE_LINES}")
        decoder_of(self.encoding)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "Format":
        """What `to_dict` gave. Raises BadFormat."""
        try:
            return cls(**{**stored, "kind": Kind(stored.get("kind", Kind.CSV))})
        except (TypeError, ValueError) as fault:
            raise BadFormat(problem=str(fault)) from None


def written(
    kind: str | None = None,
    separator: str | None = None,
    quote: str | None = None,
    encoding: str | None = None,
    *,
    has_header: bool | None = None,
) -> dict[str, Any]:
    """What a person said about a file, to be put over its proposal; nothing is said where it is None."""
    said = {
        "kind": Kind(kind) if kind else None,
        "separator": separator,
        "quote": quote,
        "encoding": encoding,
        "has_header": has_header,
    }
    return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A format, and the other character sets to offer when the bytes don't prove the proposed one."""

    format: Format
    is_certain: bool
    alternatives: tuple[str, ...]


def propose_format(head: bytes, *, ended: bool) -> Proposal:
    """How a file seems to be written, from its first `HEAD_BYTES`; `ended` if that is all of it.

    Raises NotText.
    """
    _refuse_binary(head)
    if is_xml(head):
        return Proposal(Format(kind=Kind.XML), is_certain=True, alternatives=())
    encoding, is_certain = _propose_encoding(head, ended=ended)
    alternatives = () if is_certain else tuple(name for name in ("utf-8", *_LETTERS_OF) if name != encoding)
    text = decoder_of(encoding).decode(head, final=ended)
    return Proposal(_propose_layout(encoding, text), is_certain, alternatives)


def is_xml(head: bytes) -> bool:
    """Whether a file begins as XML does, in any usual character set."""
    beginning = head[:_XML_BEGINS_WITHIN].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return (
        beginning.startswith((b"<?xml", b"<!--", b"<!DOCTYPE")) or _OPENS_ELEMENT.match(beginning) is not None
    )


def check_readable(head: bytes, chosen: Format, *, ended: bool) -> None:
    """Stops a run whose beginning is not in the chosen character set. Raises UnreadableText."""
    if chosen.kind is Kind.XML:
        return  # its parser is strict
    text = decoder_of(chosen.encoding).decode(head, final=ended)
    bad = text.count(UNREADABLE)
    special = _count_special(text)
    if bad * _READABLE_PER_UNREADABLE > special - bad:
        advice = " or ".join(name for name in ("utf-8", "cp1252", "cp1250") if name != chosen.encoding)
        raise UnreadableText(encoding=chosen.encoding, bad=bad, special=special, advice=advice)


def _refuse_binary(head: bytes) -> None:
    for signature, what in _FILE_SIGNATURES:
        if head.startswith(signature):
            raise NotText(what=what)


def _propose_encoding(head: bytes, *, ended: bool) -> tuple[str, bool]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding, True
    if head.count(0) > len(head) * _NUL_SHARE_OF_UTF16:
        return ("utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"), False
    if head.isascii():
        return "utf-8", False  # and the rest of the file may prove another one
    text = decoder_of("utf-8").decode(head, final=ended)
    bad = text.count(UNREADABLE)
    if bad * _READABLE_PER_UNREADABLE <= _count_special(text) - bad:
        return "utf-8", bad == 0
    return _guess_encoding(head), False


def _count_special(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _guess_encoding(head: bytes) -> str:
    sample = b"\n".join(line for line in head.splitlines() if not line.isascii())[:_GUESS_BYTES]
    shares = {name: _share_of_letters(sample, name) for name in _LETTERS_OF}
    best = max(shares, key=lambda name: shares[name])  # the first of equals: the likeliest
    if shares[best] >= _LETTERS_SHARE_OF_A_FIT:
        return best
    guess = charset_normalizer.from_bytes(sample, cp_isolation=[*_LETTERS_OF, *_OTHER_ENCODINGS]).best()
    return guess.encoding.replace("_", "-") if guess else best


def _share_of_letters(sample: bytes, encoding: str) -> float:
    letters = _LETTERS_OF[encoding]
    text = sample.decode(encoding, "replace")
    fitting = sum(character in letters for character in text) - len(_ODD.findall(text))
    return fitting / max(1, _count_special(text))


def _propose_layout(encoding: str, text: str) -> Format:
    lines = [line for line in re.split(r"\r\n|\r|\n", text, maxsplit=_SAMPLE_LINES)[:_SAMPLE_LINES] if line]
    if not lines:
        return Format(encoding)
    if declared := re.fullmatch(r'\ufeff?"?sep=([,;\t|])"?', lines[0]):
        return _describe(encoding, lines[1:], declared[1], skipped_lines=1)
    return _describe(encoding, lines, _propose_separator(lines), skipped_lines=0)


def _propose_separator(lines: list[str]) -> str:
    return max(SEPARATORS, key=lambda separator: _fit(lines, separator))


def _fit(lines: list[str], separator: str) -> tuple[bool, float, int]:
    """How well a separator cuts the lines: at all, in how many lines like the first, in how many cells."""
    try:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=separator) if cells]
    except csv.Error:
        return False, 0.0, 0
    if not widths:
        return False, 0.0, 0
    alike = sum(width == widths[0] for width in widths) / len(widths)
    return widths[0] > 1, round(alike, 1), widths[0]


def _describe(encoding: str, lines: list[str], separator: str, *, skipped_lines: int) -> Format:
    first = lines[0] if lines else ""
    quote = "'" if first.startswith("'") and f"'{separator}'" in first else '"'
    return Format(
        encoding=encoding,
        separator=separator,
        quote=quote,
        space_after_separator=f"{separator} {quote}" in first and f"{separator}{quote}" not in first,
        has_header="@" not in first,
        skipped_lines=skipped_lines,
    )
