import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidings.imports.rules.copy_text import copy_text
from tidings.kernel import db

COLUMNS = ("line", "email", "mobile", "external_id", "language", "attributes")
TEXTS = st.none() | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from("\t\n\r\\N.")
)
ROWS = st.lists(st.tuples(st.integers(0, 2**60), TEXTS, TEXTS, TEXTS, TEXTS, st.text("\\\t\n\r{}")))


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ROWS)
def test_postgresql_reads_back_the_same_rows(rows):
    db.execute("DROP TABLE IF EXISTS copied")
    db.execute(
        "CREATE TEMPORARY TABLE copied (id serial, line bigint, email text, mobile text, external_id text, "
        "language text, attributes text)"
    )
    with db.copy_into("copied", COLUMNS) as copy:
        copy.write(copy_text(rows))
    assert [
        tuple(row[name] for name in COLUMNS) for row in db.rows("SELECT * FROM copied ORDER BY id")
    ] == rows


def test_no_rows_are_no_text():
    assert copy_text([]) == b""


def test_what_would_end_a_cell_or_the_copy_is_escaped():
    row = (7, "a@x.de", None, "K\t1", None, '{"note":"\\n"}')
    assert copy_text([row]) == b'7\ta@x.de\t\\N\tK\\t1\t\\N\t{"note":"\\\\n"}\n'
