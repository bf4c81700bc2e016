"""Group attributes on the command line: files and history."""

import pytest

from tidings.groups import attributes


@pytest.fixture
def group(committed, make_group):
    group = make_group(address="news@example.org")
    attributes.put(group, "price", "10", by=None)
    return group


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "prices.csv"
    file.write_text("name,value\nPrice,12\nsize,L\n")
    return str(file)


def test_it_imports_a_file(tidings, group, file) -> None:
    done = tidings("group", "import-attributes", "news@example.org", file, "--mode", "add", "--json").json
    assert (done["added"], done["skipped"]) == (1, ["Price"])
    assert tidings("group", "attributes", "news@example.org", "--json").json == {"price": "10", "size": "L"}


def test_a_dry_run_says_so(tidings, group, file) -> None:
    out = tidings("group", "import-attributes", "news@example.org", file, "--dry-run").out
    assert out.endswith("1 added, 1 changed, 0 removed, 0 unchanged, 0 skipped. (dry run)\n")
    assert group.attributes.count() == 1


def test_it_refuses_a_bad_file_with_3_and_the_lines(tidings, group, tmp_path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("name,value\n,1\n")
    result = tidings("group", "import-attributes", "news@example.org", str(bad), "--json")
    assert (result.code, result.error["error"]) == (3, "bad_attribute_file")
    assert "Line 2" in result.error["message"]


@pytest.mark.parametrize("layout", ["plain", "engage"])
def test_what_it_exports_it_imports_again(tidings, group, tmp_path, layout) -> None:
    attributes.put(group, "formula", "=1+1", by=None)
    out = str(tmp_path / "out.csv")
    words = ("group", "export-attributes", "news@example.org", "--out", out, "--layout", layout, "--json")
    assert tidings(*words).json["attributes"] == 2
    again = tidings("group", "import-attributes", "news@example.org", out, "--mode", "replace", "--json").json
    assert (again["unchanged"], again["changed"], again["removed"]) == (2, 0, 0)


def test_it_lists_who_changed_what(tidings, group) -> None:
    tidings("group", "set-attribute", "news@example.org", "price", "11")
    newest, oldest = tidings("group", "attribute-history", "news@example.org", "--json").json
    assert (newest["before"], newest["after"], oldest["before"]) == ("10", "11", None)
    assert "10" in tidings("group", "attribute-history", "news@example.org", "--name", "PRICE").out
