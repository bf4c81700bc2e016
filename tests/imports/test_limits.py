"""Values at a limit are stored as they are, and one over it they are refused, by the page's action and by an import."""

# ruff: noqa: PLR0917 - pytest passes fixtures by their names

import pytest

from tidings.attributes import actions as attributes
from tidings.contacts import actions as contacts
from tidings.contacts.models import Contact
from tidings.kernel.errors import TidingsError

CHOICE = "c" * 2_000
DAY = "0001-01-01"
LOCAL, LABEL = "l" * 64, "d" * 63
TAIL = f"{'d' * (254 - 64 - 64 - 64 - 1 - 3)}.de"
# The column, its type if it is an attribute of our own, the last value that fits as it is stored, and one over it.
LIMITS = [
    ("email", "", f"{LOCAL}@{LABEL}.{LABEL}.{TAIL}", f"{LOCAL}@{LABEL}.{LABEL}.d{TAIL}"),
    ("email", "", f"{LOCAL}@example.com", f"l{LOCAL}@example.com"),
    ("email", "", f"a@{LABEL}.example.com", f"a@d{LABEL}.example.com"),
    ("mobile", "", "+49" + "1" * 13, "+49" + "1" * 14),
    ("external_id", "", "x" * 255, "x" * 256),
    ("language", "", "de-" + "-".join(["aaaaaaaa"] * 3) + "-aaaaa", "de-" + "-".join(["aaaaaaaa"] * 4)),
    ("first_name", "", "ü" * 2_000, "ü" * 2_001),
    ("city", "", "😀" * 2_000, "😀" * 2_001),
    ("date_of_birth", "", DAY, "0000-12-31"),
    ("date_of_birth", "", "9999-12-31", "10000-01-01"),
    ("Note", "text", "n" * 2_000, "n" * 2_001),
    ("Points", "number", 999_999_999_999_999, "1000000000000000"),
    ("Debt", "number", -999_999_999_999_999, "-1000000000000000"),
    ("Share", "number", 0.999999999999999, "1.0000000000000001"),
    ("Fan", "boolean", True, "2"),
    ("Since", "date", "2024-02-29", "2023-02-29"),
    ("Seen", "date_time", "2024-12-31T23:59:59Z", "2024-12-31T24:00:01Z"),
    ("Size", "choice", CHOICE, f"{CHOICE}c"),
]
ids = [f"{column}-{number}" for number, (column, *_) in enumerate(LIMITS)]
table = pytest.mark.parametrize(("column", "kind", "fits", "over"), LIMITS, ids=ids)
COLUMNS = {"email", "mobile", "external_id", "language"}


@pytest.fixture(autouse=True)
def defined(db, request):
    """The attribute of the row of the table."""
    row = request.node.callspec.params
    if row["kind"]:
        choices = [CHOICE] if row["kind"] == "choice" else []
        attributes.define(row["column"], kind=row["kind"], choices=choices, by=None)


def stored(contact: Contact, column: str) -> object:
    contact.refresh_from_db()
    return getattr(contact, column) if column in COLUMNS else contact.attributes[column.lower()]


def put(column: str, value: object) -> Contact:
    columns, values = {"external_id": "K-1"}, {}
    (columns if column in COLUMNS else values)[column] = value
    return contacts.put(columns, values, by=None)[0]


@table
def test_what_fits_is_stored_as_it_is(column, kind, fits, over):
    assert stored(put(column, fits), column) == fits


@table
def test_one_over_is_refused_and_nothing_is_stored(column, kind, fits, over):
    with pytest.raises(TidingsError):
        put(column, over)
    assert not Contact.objects.exists()


@table
def test_a_file_has_the_same_limits(make_group, import_file, column, kind, fits, over):
    header = (
        ["external_id", "mobile"]
        if column in {"external_id", "mobile"}
        else ["external_id", column, "mobile"]
    )
    people = [
        {"external_id": "A", "mobile": "+4915112345678"},
        {"external_id": "B", "mobile": "+4915112345679"},
    ]
    rows = [one | {column: str(value)} for one, value in zip(people, (fits, over), strict=True)]
    content = "\n".join(",".join(row) for row in [header, *([one[name] for name in header] for one in rows)])
    run = import_file(make_group(), content, key="external_id")
    assert (run.created, list(run.rejects.values_list("line", flat=True))) == (1, [3])
    assert stored(Contact.objects.get(), column) == fits
