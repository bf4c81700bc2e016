"""What others call says what it does."""

import ast

import pytest

from tests.architecture.sources import files, name_of, parsed

# Django says what an AppConfig is, and click what a command is: its help.
SELF_EVIDENT = {"apps.py"}
FILES = [path for path in files("tidings") if path.name not in SELF_EVIDENT]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_module_says_what_it_holds(path):
    assert ast.get_docstring(parsed(path))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_public_function_says_what_it_does(path):
    silent = [
        f"{node.name} (line {node.lineno})"
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "errors.py"], ids=name_of)
def test_an_error_says_what_happened(path):
    classes = [node for node in parsed(path).body if isinstance(node, ast.ClassDef)]
    assert [node.name for node in classes if not ast.get_docstring(node)] == []
