"""Four files as four tools export them, with the mistakes such files have, and what an import must count.

The large group is fed by an export of each of Mailchimp, Google Contacts and a German Outlook, the small one
by a sheet saved from Excel. Duplicates and broken rows stand on top of the people.
"""

import csv
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from demo import headers
from demo.people import Person, invent_people

SEED = 20_261_123

MAILCHIMP_PEOPLE = 60_000
GOOGLE_PEOPLE = 25_000
OUTLOOK_PEOPLE = 10_000
EXCEL_PEOPLE = 5_000
EXCEL_PEOPLE_IN_LARGE = 2_000  # of the 5,000

DUPLICATES_PER_PERSON = 0.005
BROKEN_PER_PERSON_AND_REASON = 0.001

Cells = list[str]
GroupName = Literal["large", "small"]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What importing one file must come to: `rows` = `people` + `duplicates` + all that is rejected."""

    path: Path
    group: GroupName
    rows: int
    people: int
    duplicates: int
    rejected: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """How one tool writes a file. `breaks` maps the reason an import must give to what spoils a row."""

    name: str
    group: GroupName
    encoding: str
    separator: str
    line_end: str
    is_all_quoted: bool
    header: Sequence[str]
    row: Callable[[Person], dict[str, str]]
    breaks: Mapping[str, Callable[[dict[str, str]], None]]
    address: str  # the name of the column that holds it


def write_files(directory: Path, *, seed: int = SEED) -> tuple[Expectation, ...]:
    """Writes the files of 100,000 rows and their mistakes into a directory; the same for the same seed."""
    mailchimp, google, outlook, excel = _casts(seed)
    rng = random.Random(seed)
    return (
        _write(directory, _MAILCHIMP, mailchimp, rng),
        _write(directory, _GOOGLE, google, rng),
        _write(directory, _OUTLOOK, outlook, rng),
        _write(directory, _EXCEL, excel, rng),
    )


def _casts(seed: int) -> tuple[list[Person], list[Person], list[Person], list[Person]]:
    """Who stands in which file; a German Outlook can write Western European letters only."""
    large = MAILCHIMP_PEOPLE + GOOGLE_PEOPLE + OUTLOOK_PEOPLE
    only_small = EXCEL_PEOPLE - EXCEL_PEOPLE_IN_LARGE
    people = invent_people(large + only_small, seed=seed)
    everyone, new = people[:large], people[large:]
    outlook = [person for person in everyone if person.language in ("de", "fr", "es")][:OUTLOOK_PEOPLE]
    in_outlook = {person.email for person in outlook}
    others = [person for person in everyone if person.email not in in_outlook]
    return (
        others[:MAILCHIMP_PEOPLE],
        others[MAILCHIMP_PEOPLE:],
        outlook,
        everyone[:EXCEL_PEOPLE_IN_LARGE] + new,
    )


def _write(directory: Path, sheet: _Sheet, people: list[Person], rng: random.Random) -> Expectation:
    again = rng.sample(people, k=int(len(people) * DUPLICATES_PER_PERSON))
    rows = [sheet.row(person) for person in people] + [_written_again(sheet, person) for person in again]
    broken_each = max(1, int(len(people) * BROKEN_PER_PERSON_AND_REASON))
    for spoil in sheet.breaks.values():
        rows += [_spoiled(sheet, spoil, number) for number in range(broken_each)]
    rng.shuffle(rows)
    path = directory / sheet.name
    _write_rows(path, sheet, rows)
    return Expectation(
        path=path,
        group=sheet.group,
        rows=len(rows),
        people=len(people),
        duplicates=len(again),
        rejected=dict.fromkeys(sheet.breaks, broken_each),
    )


def _write_rows(path: Path, sheet: _Sheet, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding=sheet.encoding, newline="") as file:
        writer = csv.writer(
            file,
            delimiter=sheet.separator,
            lineterminator=sheet.line_end,
            quoting=csv.QUOTE_ALL if sheet.is_all_quoted else csv.QUOTE_MINIMAL,
        )
        writer.writerow(sheet.header)
        writer.writerows(_cells(sheet.header, row) for row in rows)


def _cells(header: Sequence[str], row: dict[str, str]) -> Cells:
    cells = [row.get(name, "") for name in header]
    return [*cells, row[_BEYOND]] if _BEYOND in row else cells


def _written_again(sheet: _Sheet, person: Person) -> dict[str, str]:
    """The same person as somebody else typed it."""
    row = sheet.row(person)
    row[sheet.address] = f" {person.email.title()}"
    return row


def _spoiled(sheet: _Sheet, spoil: Callable[[dict[str, str]], None], number: int) -> dict[str, str]:
    row = sheet.row(_SPARE)
    row[sheet.address] = f"spare{number}@example.net"
    spoil(row)
    return row


_BEYOND = "(a cell beyond the header)"


def _put(column: str, value: str) -> Callable[[dict[str, str]], None]:
    def spoil(row: dict[str, str]) -> None:
        row[column] = value

    return spoil


def _mailchimp_row(person: Person) -> dict[str, str]:
    joined = f"20{person.birthday.year % 8 + 17}-{person.birthday:%m-%d} 09:{person.birthday.day:02}:17"
    return {
        "Email Address": person.email,
        "First Name": person.first_name,
        "Last Name": person.last_name,
        "Address": f"{person.city}  {person.zip_code}  {person.country}",
        "Phone Number": person.mobile,
        "Birthday": f"{person.birthday:%m/%d}",
        "MEMBER_RATING": str(person.birthday.day % 5 + 1),
        "OPTIN_TIME": joined,
        "CONFIRM_TIME": joined,
        "CONFIRM_IP": "192.0.2.17",
        "CC": person.country,
        "LAST_CHANGED": joined,
        "LEID": str(person.birthday.toordinal()),
        "EUID": f"{person.birthday.toordinal():010x}",
        "TAGS": '"Newsletter","Shop"' if person.birthday.day % 3 else "",
    }


def _google_row(person: Person) -> dict[str, str]:
    return {
        "Name Prefix": person.title,
        "First Name": person.first_name,
        "Last Name": person.last_name,
        "Birthday": person.birthday.isoformat(),
        "Notes": "met at the fair\nwants the newsletter" if person.birthday.day == 1 else "",
        "Labels": "* myContacts",
        "E-mail 1 - Label": "* Home",
        "E-mail 1 - Value": person.email,
        "Phone 1 - Label": "Mobile" if person.mobile else "",
        "Phone 1 - Value": person.mobile,
        "Address 1 - Label": "Home",
        "Address 1 - Formatted": f"{person.zip_code} {person.city}\n{person.country}",
        "Address 1 - City": person.city,
        "Address 1 - Postal Code": person.zip_code,
        "Address 1 - Country": person.country,
    }


def _outlook_row(person: Person) -> dict[str, str]:
    has_birthday = person.birthday.day % 4 > 0
    return {
        "Anrede": person.title,
        "Vorname": person.first_name,
        "Nachname": person.last_name,
        "Ort privat": person.city,
        "Postleitzahl privat": person.zip_code,
        "Land/Region privat": person.country,
        "Mobiltelefon": person.mobile,
        "E-Mail-Adresse": person.email,
        "E-Mail-Typ": "SMTP",
        "E-Mail: Angezeigter Name": f"{person.first_name} {person.last_name} ({person.email})",
        "Geburtstag": f"{person.birthday:%d.%m.%Y}" if has_birthday else "0.0.00",
        "Geschlecht": "Keine Angabe",
        "Jahrestag": "0.0.00",
        "Priorität": "Normal",
        "Privat": "Aus",
        "Sprache": person.language,
        "Vertraulichkeit": "Normal",
    }


def _excel_row(person: Person) -> dict[str, str]:
    return {
        "E-Mail": person.email,
        "Vorname": person.first_name,
        "Nachname": person.last_name,
        "Geburtsdatum": f"{person.birthday:%d.%m.%Y}",
        "PLZ": person.zip_code,
        "Ort": person.city,
        "Land": person.country,
        "Sprache": person.language,
        "Handy": person.mobile,
    }


_SPARE = invent_people(1, seed=0)[0]

_MAILCHIMP = _Sheet(
    name="mailchimp-audience.csv",
    group="large",
    encoding="utf-8",
    separator=",",
    line_end="\n",
    is_all_quoted=False,
    header=headers.MAILCHIMP,
    row=_mailchimp_row,
    address="Email Address",
    breaks={
        "no_address": _put("Email Address", ""),
        "bad_address": _put("Email Address", "anna.mueller@"),
        "several_addresses": _put("Email Address", "anna@example.com, bernd@example.com"),
        "bad_mobile": _put("Phone Number", "ask her brother"),
        "too_many_cells": _put(_BEYOND, "Hauptstr. 1"),
    },
)

_GOOGLE = _Sheet(
    name="google-contacts.csv",
    group="large",
    encoding="utf-8",
    separator=",",
    line_end="\n",
    is_all_quoted=False,
    header=headers.GOOGLE,
    row=_google_row,
    address="E-mail 1 - Value",
    breaks={
        "no_address": _put("E-mail 1 - Value", ""),
        "bad_address": _put("E-mail 1 - Value", "anna mueller at example.com"),
        "several_addresses": _put("E-mail 1 - Value", "anna@example.com ::: anna@example.org"),
        "name_with_address": _put("E-mail 1 - Value", "Anna Müller <anna@example.com>"),
        "bad_date": _put("Birthday", "1985-02-31"),
    },
)

_OUTLOOK = _Sheet(
    name="outlook-kontakte.csv",
    group="large",
    encoding="cp1252",
    separator=";",
    line_end="\r\n",
    is_all_quoted=True,
    header=headers.OUTLOOK_GERMAN,
    row=_outlook_row,
    address="E-Mail-Adresse",
    breaks={
        "no_address": _put("E-Mail-Adresse", ""),
        "bad_address": _put("E-Mail-Adresse", "info(at)example.de"),
        "bad_date": _put("Geburtstag", "31.02.1985"),
        "bad_language": _put("Sprache", "hochdeutsch und platt"),
        "too_many_cells": _put(_BEYOND, "siehe Rückseite"),
    },
)

_EXCEL = _Sheet(
    name="excel-utf8.csv",
    group="small",
    encoding="utf-8-sig",
    separator=";",
    line_end="\r\n",
    is_all_quoted=False,
    header=headers.EXCEL,
    row=_excel_row,
    address="E-Mail",
    breaks={
        "no_address": _put("E-Mail", ""),
        "bad_address": _put("E-Mail", "jürgen@@example.com"),
        "bad_date": _put("Geburtsdatum", "31.02.1985"),
        "too_long": _put("Ort", "Llanfair" * 300),
        "too_many_cells": _put(_BEYOND, "?"),
    },
)
