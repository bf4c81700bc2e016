"""How addresses are written so that one person has one address: e-mail addresses and mobile numbers.

They are on the hot path of imports: what they can decide themselves they do, and only the rest goes to
the libraries, which know more and take thirty times as long.
"""

import re
import unicodedata
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import cast

import email_validator
import phonenumbers

EMAIL_CHARACTERS_AT_MOST = 254  # RFC 5321, a path without its angle brackets
EXTERNAL_ID_CHARACTERS_AT_MOST = 255
ENDPOINT_CHARACTERS_AT_MOST = 2_000  # an index of PostgreSQL holds no longer ones
APP_CHARACTERS_AT_MOST = 100
LANGUAGE_CHARACTERS_AT_MOST = 35  # RFC 5646, section 4.4.1

# What nearly all addresses look like. Possessive repetitions (`++`) never try again, which halves the time.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]++"
_LABEL = r"[a-z0-9]++(?:-[a-z0-9]++)*+"  # not two hyphens in a row, as in `xn--`
_PLAIN_PART_CHARACTERS_AT_MOST = 63  # before and behind the @; so no label of the domain is longer either
_PLAIN_EMAIL = rf"{_ATOM}(?:\.{_ATOM})*+@(?:{_LABEL}\.)++(?=[a-z]){_LABEL}"
_is_plain_email = re.compile(_PLAIN_EMAIL, re.ASCII).fullmatch
_are_plain_emails = re.compile(rf"{_PLAIN_EMAIL}(?:\n{_PLAIN_EMAIL})*+", re.ASCII).fullmatch
_SHORT_EMAIL_CHARACTERS = 64  # of these neither part is too long
_HAS_NUMERIC_END = re.compile(r"\.[0-9]+\Z", re.ASCII)
_NAME_WITH_ADDRESS = re.compile(r".*<[^<>@\s]+@[^<>@\s]+>", re.DOTALL)
_BETWEEN_ADDRESSES = re.compile(r"[,;\s]")

_PHONE_PUNCTUATION = str.maketrans("", "", " -./()\u00a0\u2010\u2011\u2013")
_is_international = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII).fullmatch
# Plans in which a national number is never written with another prefix than 0 behind the country code.
_PLAIN_PLANS = frozenset(
    {"1", "30", "31", "32", "33", "34", "41", "43", "44", "45", "46", "47", "48", "49", "90", "351"}
)
_PLAN_CODE_DIGITS = (1, 2, 3)
_LONGEST_NUMBER_DIGITS = 15  # E.164

_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

_is_language_tag = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", re.ASCII).fullmatch
_LANGUAGE_NAMES = {
    "arabic": "ar", "arabisch": "ar",
    "dutch": "nl", "niederländisch": "nl", "nederlands": "nl",
    "english": "en", "englisch": "en",
    "french": "fr", "französisch": "fr", "français": "fr",
    "german": "de", "deutsch": "de",
    "italian": "it", "italienisch": "it", "italiano": "it",
    "polish": "pl", "polnisch": "pl", "polski": "pl",
    "portuguese": "pt", "portugiesisch": "pt", "português": "pt",
    "russian": "ru", "russisch": "ru",
    "spanish": "es", "spanisch": "es", "español": "es",
    "turkish": "tr", "türkisch": "tr", "türkçe": "tr",
}  # fmt: skip


class AddressFault(Enum):
    """Why a text is no address or no language; the member's value is a sentence that says what to do."""

    NO_ADDRESS = "There is no address."
    BAD_ADDRESS = "It is not an e-mail address. Write it like anna@example.com."
    SEVERAL_ADDRESSES = "It holds more than one address. Give each its own row."
    NAME_WITH_ADDRESS = "It holds a name and an address. Give the address alone, without name and brackets."
    TOO_LONG = f"An e-mail address has at most {EMAIL_CHARACTERS_AT_MOST} characters."
    BAD_MOBILE = (
        "It is not a telephone number. Write it with its country code, like +49 171 3920000, "
        "or say which country's numbers are written without one."
    )
    LONG_EXTERNAL_ID = f"An external id has at most {EXTERNAL_ID_CHARACTERS_AT_MOST} characters."
    BAD_EXTERNAL_ID = "It holds a control character, such as NUL or the end of a line."
    BAD_LANGUAGE = "It is not a language. Write its code, like de or pt-BR."
    BAD_ENDPOINT = "It is a token or an address of printable characters without spaces."
    LONG_ENDPOINT = f"It has at most {ENDPOINT_CHARACTERS_AT_MOST:,} characters."
    BAD_APP = f"Its app needs a name of 1 to {APP_CHARACTERS_AT_MOST} characters."


def normalise_email(raw: str) -> str | AddressFault:
    """The one form in which an address is stored and compared, or why it is none.

    Lower case; a domain with letters beyond ASCII becomes its `xn--` form, which every mail server takes.
    Domains of private networks and tests are fine. Nothing is looked up in the DNS.
    """
    text = raw.strip()
    if text.isascii():  # only ASCII may be lowered here: the Kelvin sign would become a plain k
        lowered = text.lower()
        at = lowered.find("@")
        if (
            at <= _PLAIN_PART_CHARACTERS_AT_MOST
            and len(lowered) - at <= _PLAIN_PART_CHARACTERS_AT_MOST
            and _is_plain_email(lowered)
        ):
            return lowered
    return _explain_bad_form(text) or _decide_by_library(text)


def normalise_emails(raws: Sequence[str]) -> list[str | AddressFault]:
    """`normalise_email` of each, in half the time if nothing is special about any of them."""
    text = "\n".join(raws)
    if text.isascii() and _are_plain_emails(lowered := text.lower()):
        emails = lowered.split("\n")
        if len(emails) == len(raws) and max(map(len, emails)) <= _SHORT_EMAIL_CHARACTERS:
            return cast("list[str | AddressFault]", emails)
    return list(map(normalise_email, raws))


def normalise_mobile(raw: str, default_country: str = "") -> str | AddressFault:
    """The number as E.164 (`+491713920000`), or why it is none.

    `default_country` (two letters, such as `DE`) reads numbers written without a country code. A number
    counts when its plan has numbers of that length: plans grow faster than libraries, and whether a number
    is in use only the carrier knows.
    """
    text = raw.strip()
    if not text:
        return AddressFault.NO_ADDRESS
    dense = text.translate(_PHONE_PUNCTUATION)
    if dense.startswith("00") and not default_country:  # how most of the world dials abroad
        dense = text = f"+{dense[2:]}"
    if _is_international(dense) and _is_plain_number(dense):
        return dense
    return _parse_number(text, default_country)


def is_country(code: str) -> bool:
    """Whether numbers can be read for a country of these two letters."""
    return code.upper() in phonenumbers.SUPPORTED_REGIONS


def number_prefix(text: str, default_country: str = "") -> str:
    """How a number in E.164 begins if it is written as `text` so far: `0171 39` in Germany is `+4917139`."""
    digits = re.sub(r"[^0-9]", "", text)[:_LONGEST_NUMBER_DIGITS]
    if text.startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    code = phonenumbers.country_code_for_region(default_country.upper()) if default_country else 0
    if digits.startswith("0") and code:
        return f"+{code}{digits[1:]}"
    return f"+{digits}"


def normalise_external_id(raw: str) -> str | AddressFault:
    """The id by which another system knows the contact, without space around it; its case counts."""
    text = raw.strip()
    if not text:
        return AddressFault.NO_ADDRESS
    if len(text) > EXTERNAL_ID_CHARACTERS_AT_MOST:
        return AddressFault.LONG_EXTERNAL_ID
    return AddressFault.BAD_EXTERNAL_ID if _CONTROL_CHARACTER.search(text) else text


def normalise_endpoint(raw: str) -> str | AddressFault:
    """A push endpoint: a token, or the address of a Web Push service, without space around it."""
    text = raw.strip()
    if not text or not (text.isascii() and text.isprintable()) or " " in text:
        return AddressFault.BAD_ENDPOINT
    return AddressFault.LONG_ENDPOINT if len(text) > ENDPOINT_CHARACTERS_AT_MOST else text


def normalise_app(raw: str) -> str | AddressFault:
    """The name of an app on one line with single spaces."""
    name = " ".join(raw.split())
    is_fit = 1 <= len(name) <= APP_CHARACTERS_AT_MOST and name.isprintable()
    return name if is_fit else AddressFault.BAD_APP


def normalise_language(raw: str) -> str | AddressFault:
    """A language tag in its usual spelling (`de`, `pt-BR`), from a tag or a language's common name."""
    text = raw.strip()
    if known := _LANGUAGE_NAMES.get(text.lower()):
        return known
    if not _is_language_tag(text) or len(text) > LANGUAGE_CHARACTERS_AT_MOST:
        return AddressFault.BAD_LANGUAGE
    first, *rest = text.replace("_", "-").split("-")
    return "-".join([first.lower(), *map(_spell_subtag, rest)])


def _explain_bad_form(text: str) -> AddressFault | None:
    if not text:
        return AddressFault.NO_ADDRESS
    if _NAME_WITH_ADDRESS.fullmatch(text):
        return AddressFault.NAME_WITH_ADDRESS
    if _holds_several(text):
        return AddressFault.SEVERAL_ADDRESSES
    return AddressFault.TOO_LONG if len(text) > EMAIL_CHARACTERS_AT_MOST else None


def _holds_several(text: str) -> bool:
    parts = _BETWEEN_ADDRESSES.split(text)
    return sum("@" in part for part in parts) > 1


def _decide_by_library(text: str) -> str | AddressFault:
    try:
        found = email_validator.validate_email(
            text,
            check_deliverability=False,
            globally_deliverable=False,
            allow_quoted_local=True,
            strict=True,
        )
    except email_validator.EmailNotValidError:
        return AddressFault.BAD_ADDRESS
    domain = found.ascii_domain
    if found.local_part.startswith('"') or "." not in domain or _HAS_NUMERIC_END.search(domain):
        return AddressFault.BAD_ADDRESS
    # Composed again because lowering can decompose: the capital dotted I becomes two characters.
    address = f"{unicodedata.normalize('NFC', found.local_part.lower())}@{domain.lower()}"
    return AddressFault.TOO_LONG if len(address) > EMAIL_CHARACTERS_AT_MOST else address


def _is_plain_number(dense: str) -> bool:
    for digits in _PLAN_CODE_DIGITS:
        code, national = dense[1 : 1 + digits], dense[1 + digits :]
        if code in _PLAIN_PLANS:
            return not national.startswith("0") and _is_possible(int(code), len(national))
    return False


@lru_cache(maxsize=1_000)
def _is_possible(country_code: int, national_digits: int) -> bool:
    number = phonenumbers.PhoneNumber(country_code=country_code, national_number=int("9" * national_digits))
    return _has_possible_length(number)


def _parse_number(text: str, default_country: str) -> str | AddressFault:
    try:
        number = phonenumbers.parse(text, default_country.upper() or None)
    except phonenumbers.NumberParseException:
        return AddressFault.BAD_MOBILE
    if number.extension or not _has_possible_length(number):
        return AddressFault.BAD_MOBILE
    # The library knows plans whose numbers could be longer than any that can be dialled.
    found = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return found if len(found) <= len("+") + _LONGEST_NUMBER_DIGITS else AddressFault.BAD_MOBILE


def _has_possible_length(number: phonenumbers.PhoneNumber) -> bool:
    reason = phonenumbers.is_possible_number_with_reason(number)
    return bool(reason == phonenumbers.ValidationResult.IS_POSSIBLE)


def _spell_subtag(tag: str) -> str:
    if len(tag) == 2:  # noqa: PLR2004 - a region has two letters
        return tag.upper()
    return tag.title() if len(tag) == 4 else tag.lower()  # noqa: PLR2004 - a script has four letters
