"""The file that both sides of the import bench read."""

import csv
import random
from pathlib import Path
from xml.sax.saxutils import escape

HEADER = "email,first name,last name,city,language,date of birth\n"
FIRST = ("Anna", "Jürgen", "Zoë", "Piotr", "Ayşe", "Maria", "John", "Élodie", "Lars", "Ines")
LAST = ("Müller", "Nowak", "Smith", "García", "Demir", "Dubois", "Rossi", "Jensen", "Novák", "Silva")
CITIES = ("Berlin", "Kraków", "Paris", "Sevilla", "Ankara", "Leeds", "Wien", "Zürich", "Roma", "Porto")
LANGUAGES = ("de", "pl", "fr", "es", "tr", "en")


def write_people(path: Path, rows: int, *, seed: int = 7) -> Path:
    """Writes `rows` different people in random order, once; about 80 bytes each."""
    if path.exists():
        return path
    rng = random.Random(seed)
    numbers = list(range(rows))
    rng.shuffle(numbers)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        file.writelines(_line(rng, number) for number in numbers)
    return path


def _line(rng: random.Random, number: int) -> str:
    first, last, city = rng.choice(FIRST), rng.choice(LAST), rng.choice(CITIES)
    born = f"{rng.randrange(1940, 2008)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
    name = f"person.{number:x}.{rng.randrange(10**6)}"
    return f"{name}@mail{number % 400}.example,{first},{last},{city},{rng.choice(LANGUAGES)},{born}\n"


def write_xml(path: Path, people: Path) -> Path:
    """Writes the people of such a file as XML, once; about 250 bytes each."""
    if path.exists():
        return path
    with people.open(encoding="utf-8", newline="") as source, path.open("w", encoding="utf-8") as file:
        rows = csv.reader(source)
        names = [name.replace(" ", "_") for name in next(rows)]
        file.write("<members>\n")
        file.writelines(_member(names, row) for row in rows)
        file.write("</members>\n")
    return path


def _member(names: list[str], row: list[str]) -> str:
    values = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in zip(names, row, strict=True))
    return f"<member>{values}</member>\n"
