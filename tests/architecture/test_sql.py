"""Every named statement says what it is for, and somebody runs it."""

import re

import pytest

from tests.architecture.sources import PRODUCT, ROOT, files
from tidings.kernel import sql

FOLDERS = sorted(PRODUCT.rglob("sql"))
STATEMENTS = {
    f"{package}.{name}": text
    for package in (".".join(folder.parent.relative_to(ROOT).parts) for folder in FOLDERS)
    for name, text in vars(sql.load(package)).items()
}
# Whoever loads a package's statements calls them after it: `statements.take`, `merge_of_contacts.created`.
USES = {
    use
    for path in files("tidings")
    for use in re.findall(r"\b(?:statements|merge_of_\w+)\.(\w+)", path.read_text(encoding="utf-8"))
}


def test_there_are_statements():
    assert len(FOLDERS) >= 5
    assert len(STATEMENTS) >= 30


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_says_its_purpose(name):
    first_line = STATEMENTS[name].splitlines()[0]
    assert re.fullmatch(r"-- [A-Z`].{20,}", first_line)


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_is_used(name):
    assert name.rpartition(".")[2] in USES
