"""Invented people, the same for the same seed.

Nobody real can be reached: addresses are at domains reserved for examples (RFC 2606), telephone numbers in
ranges that the national authorities keep for fiction.
"""

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from demo.locales import Locale, numbers_of, read_locales

DOMAINS = (
    "example.com", "example.org", "example.net", "mail.example", "post.example", "inbox.example",
    "club.example", "uni.example", "home.example", "firma.example",
)  # fmt: skip
FIRST_BIRTHDAY = date(1938, 1, 1)
SHARE_WITH_MOBILE = 0.8  # as long as the country's numbers last
BIRTHDAYS = 25_000  # days: the youngest was born in 2006

_LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "ł": "l",
        "\u0131": "i",
        " ": "-",
        "'": "",
        "\u2019": "",
    }
)


@dataclass(frozen=True, slots=True)
class Person:
    """Everything the files of the demonstration tell about somebody; `mobile` may be empty."""

    title: str
    first_name: str
    last_name: str
    email: str
    mobile: str
    birthday: date
    language: str
    country: str
    zip_code: str
    city: str


def invent_people(count: int, *, seed: int) -> list[Person]:
    """So many people with different addresses and different numbers."""
    rng = random.Random(seed)
    known = read_locales()
    locales = rng.choices(known, weights=[locale.weight for locale in known], k=count)
    numbers = {locale.country: numbers_of(locale.country) for locale in known}
    taken: set[str] = set()
    return [_invent(rng, locale, numbers[locale.country], taken) for locale in locales]


def _invent(rng: random.Random, locale: Locale, numbers: Iterator[str], taken: set[str]) -> Person:
    title, first_names = rng.choice(locale.first_names)
    first_name, last_name = rng.choice(first_names), rng.choice(locale.last_names)
    zip_code, city = rng.choice(locale.cities)
    return Person(
        title=title,
        first_name=first_name,
        last_name=last_name,
        email=_invent_address(rng, first_name, last_name, taken),
        mobile=next(numbers, "") if rng.random() < SHARE_WITH_MOBILE else "",
        birthday=FIRST_BIRTHDAY + timedelta(days=int(rng.random() * BIRTHDAYS)),
        language=locale.language,
        country=locale.country,
        zip_code=zip_code,
        city=city,
    )


def _invent_address(rng: random.Random, first_name: str, last_name: str, taken: set[str]) -> str:
    local = f"{_plain_letters(first_name)}.{_plain_letters(last_name)}"
    domain = rng.choice(DOMAINS)
    address = f"{local}@{domain}"
    while address in taken:
        address = f"{local}{int(rng.random() * 100_000)}@{domain}"
    taken.add(address)
    return address


def _plain_letters(name: str) -> str:
    lowered = name.lower()
    if lowered.isascii():
        return lowered.replace(" ", "-").replace("'", "")
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFC", lowered).translate(_LETTERS))
    return decomposed.encode("ascii", "ignore").decode()
