"""The countries that invented people come from, and telephone numbers that reach nobody."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

_AREA_CODES = range(201, 400)


@dataclass(frozen=True, slots=True)
class Locale:
    """One country: `first_names` are (title, names) of women and men, `cities` are (zip code, name)."""

    language: str
    country: str
    weight: int
    first_names: tuple[tuple[str, tuple[str, ...]], ...]
    last_names: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]


def read_locales() -> tuple[Locale, ...]:
    """The countries in `locales.toml`."""
    with Path(__file__).with_name("locales.toml").open("rb") as file:
        return tuple(_locale(entry) for entry in tomllib.load(file)["locale"])


def numbers_of(country: str) -> Iterator[str]:
    """Each number once that a country keeps for films and books; nothing where none are kept."""
    makers = {"DE": _german, "GB": _british, "US": _american, "FR": _french}
    return makers[country]() if country in makers else iter(())


def _locale(entry: dict[str, Any]) -> Locale:
    for_women, for_men = entry["titles"]
    cities = (city.split(": ") for city in entry["cities"])
    return Locale(
        language=entry["language"],
        country=entry["country"],
        weight=entry["weight"],
        first_names=((for_women, tuple(entry["women"])), (for_men, tuple(entry["men"]))),
        last_names=tuple(entry["last_names"]),
        cities=tuple((zip_code, name) for zip_code, name in cities),
    )


def _german() -> Iterator[str]:
    """Bundesnetzagentur, numbers for media: 0171 39200xx and 0176 040690xx."""
    return chain((f"+49 171 39200{n:02}" for n in range(100)), (f"+49 176 040690{n:02}" for n in range(100)))


def _british() -> Iterator[str]:
    """Ofcom, numbers for drama: 07700 900000 to 900999."""
    return (f"+44 7700 900{n:03}" for n in range(1_000))


def _american() -> Iterator[str]:
    """555-0100 to 555-0199 in any area code."""
    return (f"+1 {area}-555-01{n:02}" for area in _AREA_CODES for n in range(100))


def _french() -> Iterator[str]:
    """ARCEP, numbers for audiovisual works: 06 39 98 00 00 to 99 99."""
    return (f"+33 6 39 98 {n // 100:02} {n % 100:02}" for n in range(10_000))
