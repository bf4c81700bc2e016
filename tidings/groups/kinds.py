"""Kinds of values that settings hold: what they may be, and the one form in which they are kept."""

import re
from collections.abc import Callable
from datetime import time
from typing import Annotated, Any

import email_validator
import phonenumbers
from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from tidings.attributes.rules import ValueFault, normalise_zone
from tidings.groups import rules
from tidings.groups.errors import BadGroup

HEADER_VALUE_CHARACTERS_AT_MOST = 500
PUSH_ENDPOINT_CHARACTERS_AT_MOST = 500
EMAIL_CHARACTERS_AT_MOST = 254  # RFC 5321

# What the compiler of messages writes itself, what relays write, and what would make copies answer for other mails.
OWN_HEADERS = frozenset(
    {
        "bcc", "cc", "date", "dkim-signature", "from", "in-reply-to", "message-id", "mime-version", "received",
        "references", "reply-to", "return-path", "sender", "subject", "to",
    }
)  # fmt: skip
OWN_HEADERS_BEGIN_WITH = ("arc-", "content-", "list-unsubscribe", "resent-")

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}")
_PARAMETER = re.compile(r"[A-Za-z0-9_.~-]{1,50}=.{1,200}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_KEYWORD = re.compile(r"\w{1,20}")
_ORIGINATOR = re.compile(r"\+?[0-9]{3,15}|[A-Za-z0-9 ._-]{1,11}")
_COMMAS_AND_LINES = re.compile(r"[,;\n]")


def _text(raw: str) -> str:
    if "\x00" in raw:
        raise ValueError("No text holds a NUL character.")
    return raw


def _line(raw: str) -> str:
    if _CONTROL.search(raw):
        raise ValueError("It is one line without control characters.")
    return raw


def _kept(check: Callable[[str], str]) -> Callable[[str], str]:
    """`check` with its refusal in the form that pydantic collects."""

    def checked(raw: str) -> str:
        try:
            return check(raw)
        except BadGroup as error:
            raise ValueError(str(error)) from None

    return checked


def _or_empty(check: Callable[[str], str]) -> Callable[[str], str]:
    return lambda raw: check(raw.strip()) if raw.strip() else ""


def _nothing(raw: Any) -> Any:
    """An emptied field of a form, or `--set name=`, takes a value away."""
    return None if raw == "" else raw


def _email(raw: str) -> str:
    try:
        found = email_validator.validate_email(raw, check_deliverability=False, globally_deliverable=False)
    except email_validator.EmailNotValidError:
        raise ValueError(f"“{raw}” is not an e-mail address. Write it like anna@example.com.") from None
    address = f"{found.ascii_local_part or found.local_part}@{found.ascii_domain}".lower()
    if len(address) > EMAIL_CHARACTERS_AT_MOST:
        raise ValueError(f"An e-mail address has at most {EMAIL_CHARACTERS_AT_MOST} characters.")
    return address


def _mobile(raw: str) -> str:
    try:
        number = phonenumbers.parse(raw)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValueError(f"“{raw}” is not a number with its country code, like +49 171 3920000.")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _endpoint(raw: str) -> str:
    if len(_line(raw)) > PUSH_ENDPOINT_CHARACTERS_AT_MOST:
        raise ValueError(f"A push endpoint has at most {PUSH_ENDPOINT_CHARACTERS_AT_MOST} characters.")
    return raw


_RECIPIENTS: dict[str, Callable[[str], str]] = {"email": _email, "sms": _mobile, "push": _endpoint}


def _recipient(raw: str, info: ValidationInfo) -> str:
    """An address of the group's channel, which whoever validates names in the context; else it was checked before."""
    check = _RECIPIENTS.get((info.context or {}).get("channel", ""))
    return check(raw) if check else raw


def _header(raw: str) -> str:
    name, colon, value = raw.partition(":")
    name, value = name.strip(), _line(value.strip())
    if not colon or not _HEADER_NAME.fullmatch(name) or not value:
        raise ValueError(f"“{raw[:80]}” is no header. Write it like X-Campaign: Autumn.")
    folded = name.lower()
    if folded in OWN_HEADERS or folded.startswith(OWN_HEADERS_BEGIN_WITH):
        raise ValueError(f"Tidings writes {name} itself. Leave it out.")
    if len(value) > HEADER_VALUE_CHARACTERS_AT_MOST:
        raise ValueError(f"The value of {name} has more than {HEADER_VALUE_CHARACTERS_AT_MOST} characters.")
    return f"{name}: {value}"


def _parameter(raw: str) -> str:
    if not _PARAMETER.fullmatch(_line(raw)):
        raise ValueError(f"“{raw[:80]}” is no parameter. Write it like utm_source=newsletter.")
    return raw


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    names = [re.split(r"[:=]", value)[0].lower() for value in values]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ValueError(f"“{twice}” stands there twice.")
    return values


def _without_zone(raw: time | None) -> time | None:
    """Which zone is meant is another setting."""
    if raw and raw.tzinfo:
        raise ValueError("It is a time of day without a zone, such as 08:00.")
    return raw


def _lines(raw: Any) -> Any:
    """A field of a form or of the command line holds one value a line."""
    return [line.strip() for line in raw.split("\n") if line.strip()] if isinstance(raw, str) else raw


def _words(raw: Any) -> Any:
    found = _COMMAS_AND_LINES.split(raw) if isinstance(raw, str) else raw
    return [word.strip() for word in found if word.strip()] if isinstance(raw, str) else found


def _zone(raw: str) -> str:
    zone = normalise_zone(raw)
    if isinstance(zone, ValueFault):
        raise ValueError(f"There is no time zone “{raw}”. Write it like Europe/Berlin.")  # noqa: TRY004 - pydantic's
    return zone


def _country(raw: str) -> str:
    if raw.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"There is no country “{raw}”. Write its two letters, like DE.")
    return raw.upper()


def _language(raw: str) -> str:
    if not _LANGUAGE.fullmatch(raw):
        raise ValueError(f"“{raw}” is not a language. Write its code, like de or pt-BR.")
    return raw


def _keyword(raw: str) -> str:
    if not _KEYWORD.fullmatch(raw):
        raise ValueError("A keyword is one word of 1 to 20 letters and digits.")
    return raw.upper()


def _originator(raw: str) -> str:
    if not _ORIGINATOR.fullmatch(raw):
        raise ValueError("It is a number of 3 to 15 digits, or a name of at most 11 letters and digits.")
    return raw


Text = Annotated[str, AfterValidator(_text)]
"""Any number of lines."""
Line = Annotated[str, AfterValidator(_line)]
"""One line; blanks around it stay."""
GroupName = Annotated[str, AfterValidator(_kept(rules.group_name))]
SenderAddress = Annotated[str, AfterValidator(_or_empty(_kept(rules.group_address)))]
Email = Annotated[str, AfterValidator(_or_empty(_email))]
Zone = Annotated[str, AfterValidator(_zone)]
ZoneOrEmpty = Annotated[str, AfterValidator(_or_empty(_zone))]
Country = Annotated[str, AfterValidator(_or_empty(_country))]
Language = Annotated[str, AfterValidator(_or_empty(_language))]
Number = Annotated[int | None, BeforeValidator(_nothing)]
TimeOfDay = Annotated[time | None, BeforeValidator(_nothing), AfterValidator(_without_zone)]
Mobile = Annotated[str, AfterValidator(_or_empty(_mobile))]
Keyword = Annotated[str, AfterValidator(_or_empty(_keyword))]
Originator = Annotated[str, AfterValidator(_or_empty(_originator))]
Headers = Annotated[
    tuple[Annotated[str, AfterValidator(_header)], ...], BeforeValidator(_lines), AfterValidator(_each_once)
]
Parameters = Annotated[
    tuple[Annotated[str, AfterValidator(_parameter)], ...],
    BeforeValidator(_lines),
    AfterValidator(_each_once),
]
Emails = Annotated[tuple[Annotated[str, AfterValidator(_email)], ...], BeforeValidator(_words)]
Recipients = Annotated[tuple[Annotated[str, AfterValidator(_recipient)], ...], BeforeValidator(_words)]
