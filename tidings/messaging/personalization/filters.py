"""The filters: what each does, and which arguments it takes."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from urllib.parse import quote

from tidings.messaging.personalization.errors import ValueProblemError
from tidings.messaging.personalization.locales import (
    CURRENCY_SYMBOLS,
    LOCALES,
    WHOLE_CURRENCIES,
    Locale,
    locale_tag,
)
from tidings.messaging.personalization.values import bounded, joined, length, text

CACHED_FORMS = 4_096
"""Written dates and numbers kept: contacts share most prices and birthdays. At most some 2 MB."""

MAX_DECIMALS = 10
MAX_TRUNCATE_CHARS = 10_000
MAX_DIGITS = 40
"""Before the decimal mark: 1e1000000 is a short text and a long number."""

WORD_START = re.compile(r"([-\s({\[<]+)")
DIRECTIVE = re.compile(r"%(-?.|$)")
DIRECTIVES = frozenset(["d", "-d", "m", "-m", "y", "Y", "B", "A", "H", "M", "S", "%"])


def upper(value: object) -> str:
    """All letters capital."""
    return text(value).upper()


def lower(value: object) -> str:
    """All letters small."""
    return text(value).lower()


def capitalize(value: object) -> str:
    """The first letter capital, all others small."""
    return text(value).capitalize()


def title(value: object) -> str:
    """The first letter of each word capital, all others small."""
    return "".join(word[:1].upper() + word[1:].lower() for word in WORD_START.split(text(value)))


def trim(value: object) -> str:
    """Without white space around it."""
    return text(value).strip()


def default(value: object, fallback: object, falsy: object) -> object:
    """The fallback for a missing value and for an empty text; with `falsy` also for 0 and false."""
    if value is None or value == "" or (falsy and not value):
        return fallback
    return value


def truncate(value: object, limit: int, cut_words: object, end: str, leeway: int) -> str:
    """At most `limit` characters, counting `end`; a text at most `leeway` longer is left whole."""
    whole = text(value)
    if len(whole) <= limit + leeway:
        return whole
    kept = whole[: max(limit - len(end), 0)]
    return (kept if cut_words else kept.rsplit(" ", 1)[0]) + end


def join(value: object, separator: str) -> str:
    """The items of a list in one text."""
    return joined(value, separator)


def urlencode(value: object) -> str:
    """As it may stand in a link: every sign that means something there as %XX, but for the slash."""
    try:
        return quote(text(value))
    except UnicodeEncodeError as error:
        raise ValueProblemError("a value holds half a character (a lone surrogate)") from error


def date(value: object, style: str, language: object) -> str:
    """A date in a style or pattern, in the words of the language; nothing for a missing one."""
    if value is None or value == "":
        return ""
    return _date(text(value), style, locale_tag(language))


def number(value: object, decimals: int | None, language: object) -> str:
    """A number with the marks of the language; without `decimals` as many as it has."""
    if value is None or value == "":
        return ""
    return _number(text(value), decimals, locale_tag(language))


def money(value: object, currency: str, language: object) -> str:
    """An amount with its currency where the language puts it."""
    if value is None or value == "":
        return ""
    return _money(text(value), currency, locale_tag(language))


@lru_cache(CACHED_FORMS)
def _date(shown: str, style: str, tag: str) -> str:
    locale = LOCALES[tag]
    pattern = {"long": locale.long_date, "short": locale.short_date}.get(style, style)
    moment = _moment(shown)
    return bounded(DIRECTIVE.sub(lambda match: _directive(match[1], moment, locale), pattern))


@lru_cache(CACHED_FORMS)
def _number(shown: str, decimals: int | None, tag: str) -> str:
    return _grouped(_decimal(shown), decimals, LOCALES[tag])


@lru_cache(CACHED_FORMS)
def _money(shown: str, currency: str, tag: str) -> str:
    locale = LOCALES[tag]
    amount = _decimal(shown)
    written = _grouped(abs(amount), 0 if currency in WHOLE_CURRENCIES else 2, locale)
    symbol = CURRENCY_SYMBOLS.get(currency) or currency + _gap_after_code(locale)
    placed = locale.money.format(amount=written, symbol=symbol)
    return "-" + placed if amount < 0 and written.strip("0.,") else placed


def _gap_after_code(locale: Locale) -> str:
    """A code of letters before an amount needs a gap that a symbol doesn't: CHF 5 but $5."""
    return "\u00a0" if locale.money.startswith("{symbol}{amount}") else ""


def _moment(shown: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(shown.strip())
    except ValueError as error:
        raise ValueProblemError(f'"{shown[:40]}" is not a date') from error


def _directive(letter: str, moment: dt.datetime, locale: Locale) -> str:
    match letter:
        case "B":
            return locale.months[moment.month - 1]
        case "A":
            return locale.weekdays[moment.weekday()]
        case "Y":  # strftime leaves out the zeros of early years on some systems
            return f"{moment.year:04}"
        case "-d" | "-m":
            return str(moment.day if letter == "-d" else moment.month)
    return moment.strftime("%" + letter)


def _decimal(shown: str) -> Decimal:
    try:
        amount = Decimal(shown.strip())
    except InvalidOperation as error:
        raise ValueProblemError(f'"{shown[:40]}" is not a number') from error
    if not amount.is_finite() or abs(amount.adjusted()) > MAX_DIGITS:
        raise ValueProblemError(f'"{shown[:40]}" is no number that can be written out')
    return amount


def _grouped(amount: Decimal, decimals: int | None, locale: Locale) -> str:
    written = f"{amount:,f}" if decimals is None else f"{amount:,.{decimals}f}"
    whole, _, fraction = written.partition(".")
    if decimals is None:
        fraction = fraction.rstrip("0")
    if len(whole.replace(",", "").lstrip("-")) <= locale.ungrouped_digits:
        whole = whole.replace(",", "")
    whole = whole.replace(",", locale.grouping)
    return f"{whole}{locale.decimal}{fraction}" if fraction else whole


# What an argument may be: each check returns what to write instead, or nothing.


def _any_text(value: object) -> str | None:
    return None if isinstance(value, str) else 'a text in quotes, such as ", "'


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "true or false"


def _up_to(limit: int, *, lowest: int = 0) -> Callable[[object], str | None]:
    def check(value: object) -> str | None:
        fits = type(value) is int and lowest <= value <= limit
        return None if fits else f"a number from {lowest} to {limit:,}"

    return check


def _decimals(value: object) -> str | None:
    return None if value is None else _up_to(MAX_DECIMALS)(value)


def _currency(value: object) -> str | None:
    fits = isinstance(value, str) and re.fullmatch("[A-Z]{3}", value)
    return None if fits else 'a code of three capital letters, such as "EUR"'


def _language(value: object) -> str | None:
    fits = isinstance(value, str) and re.fullmatch("[a-z]{2,3}([-_][a-zA-Z]+)*", value)
    return None if fits else 'a language code, such as "de"'


def _date_style(value: object) -> str | None:
    if value in ("long", "short"):
        return None
    letters = set(DIRECTIVE.findall(value)) if isinstance(value, str) else set()
    known = ", ".join("%" + letter for letter in sorted(DIRECTIVES))
    return None if letters and letters <= DIRECTIVES else f'"long", "short" or a pattern of {known}'


@dataclass(frozen=True)
class Parameter:
    """An argument of a filter. `check` is None where any expression may stand; else it takes a literal."""

    name: str
    check: Callable[[object], str | None] | None
    standard: object = None
    required: bool = False


@dataclass(frozen=True)
class FilterRule:
    """A filter's function, which takes the value and then every parameter by position."""

    function: Callable[..., object]
    parameters: tuple[Parameter, ...] = ()


LANGUAGE = Parameter("language", _language)
"""Left out, the contact's language stands in; a filter with it is localized."""

FILTERS = {
    "upper": FilterRule(upper),
    "lower": FilterRule(lower),
    "capitalize": FilterRule(capitalize),
    "title": FilterRule(title),
    "trim": FilterRule(trim),
    "length": FilterRule(length),
    "default": FilterRule(
        default, (Parameter("default_value", None, standard=""), Parameter("boolean", _flag, standard=False))
    ),
    "truncate": FilterRule(
        truncate,
        (
            Parameter("length", _up_to(MAX_TRUNCATE_CHARS, lowest=1), standard=255),
            Parameter("killwords", _flag, standard=False),
            Parameter("end", _any_text, standard="..."),
            Parameter("leeway", _up_to(MAX_TRUNCATE_CHARS), standard=5),
        ),
    ),
    "urlencode": FilterRule(urlencode),
    "join": FilterRule(join, (Parameter("separator", _any_text, standard=""),)),
    "date": FilterRule(date, (Parameter("style", _date_style, standard="long"), LANGUAGE)),
    "number": FilterRule(number, (Parameter("decimals", _decimals), LANGUAGE)),
    "money": FilterRule(money, (Parameter("currency", _currency, required=True), LANGUAGE)),
}
