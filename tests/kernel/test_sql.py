import pytest

from tidings.kernel import sql


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package `shop` with a folder `sql`."""
    folder = tmp_path / "shop" / "sql"
    folder.mkdir(parents=True)
    (tmp_path / "shop" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(__import__("sys").modules, "shop", raising=False)
    return folder


def test_statements_of_all_files_are_found_by_their_names(package):
    (package / "buy.sql").write_text(
        "-- name: buy\n-- Buys.\nSELECT 1\n\n-- name: sell\n-- Sells.\nSELECT 2\n"
    )
    (package / "close.sql").write_text("-- name: close\n-- Closes.\nSELECT 3\n")
    statements = sql.load("shop")
    assert vars(statements) == {
        "buy": "-- Buys.\nSELECT 1",
        "sell": "-- Sells.\nSELECT 2",
        "close": "-- Closes.\nSELECT 3",
    }


def test_a_name_that_stands_twice_is_an_error(package):
    (package / "buy.sql").write_text("-- name: buy\nSELECT 1\n")
    (package / "sell.sql").write_text("-- name: buy\nSELECT 2\n")
    with pytest.raises(ValueError, match="shop: two statements are called buy"):
        sql.load("shop")
