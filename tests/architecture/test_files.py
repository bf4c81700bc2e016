"""What holds for every file."""

import ast

import pytest

from tests.architecture.sources import FOLDERS, PRODUCT, ROOT, files, functions, name_of, parsed

MOST_LINES = 500
# Names that say nothing about what is inside.
DRAWERS = {"utils.py", "helpers.py", "common.py", "misc.py", "tools.py"}
PACKAGES = [path for path in files("tidings") if path.name == "__init__.py"]


@pytest.mark.parametrize("path", files(*FOLDERS), ids=name_of)
def test_a_file_has_at_most_500_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", PACKAGES, ids=name_of)
def test_a_packages_init_holds_only_its_docstring(path):
    module = parsed(path)
    assert ast.get_docstring(module)
    assert len(module.body) == 1


@pytest.mark.parametrize("path", files("tidings"), ids=name_of)
def test_nothing_is_imported_inside_a_function(path):
    inside = [
        f"line {node.lineno}, in {function.name}"
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_no_file_is_a_drawer_for_everything():
    assert [name_of(path) for path in files(*FOLDERS) if path.name in DRAWERS] == []


def test_no_file_is_empty():
    empty = [path for path in files("tidings") if not path.read_text(encoding="utf-8").strip()]
    assert [name_of(path) for path in empty] == []


def test_no_package_listens_to_signals_of_another():
    listeners = [
        path for path in files("tidings") if "django.db.models.signals" in path.read_text(encoding="utf-8")
    ]
    assert [name_of(path) for path in listeners] == []


def test_every_package_of_the_product_is_one():
    folders = {path.parent for path in files("tidings")}
    assert [name_of(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []
    assert PRODUCT.parent == ROOT
