"""What commands take as times, mappings, senders and files."""

from datetime import UTC, datetime, timedelta, timezone

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.cli.options import COLUMN_TARGET, SENDER, TEXT_FILE, WHEN, UnreadableFile

BERLIN = timezone(timedelta(hours=1))


def test_it_takes_a_time_with_its_zone() -> None:
    assert WHEN.convert("2026-11-24T09:00+01:00", None, None) == datetime(2026, 11, 24, 9, tzinfo=BERLIN)


def test_it_takes_a_time_without_zone_as_tidings_own(settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    assert WHEN.convert("2026-11-24 09:00", None, None) == datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-11-24", "20261124", "2026-13-01T00:00"])
def test_it_refuses_what_is_no_time(text: str) -> None:
    with pytest.raises(click.BadParameter, match="Write it like"):
        WHEN.convert(text, None, None)


@given(column=st.text(min_size=1), field=st.sampled_from(["email", "ignore", "Shoe size"]))
def test_it_splits_a_mapping_at_its_last_equals_sign(column: str, field: str) -> None:
    assert COLUMN_TARGET.convert(f"{column}={field}", None, None) == (column, field)


@pytest.mark.parametrize("text", ["", "email", "=email", "E-mail=", "E-mail= "])
def test_it_refuses_half_a_mapping(text: str) -> None:
    with pytest.raises(click.BadParameter):
        COLUMN_TARGET.convert(text, None, None)


def test_it_takes_a_sender_with_and_without_a_name() -> None:
    assert SENDER.convert("Anna Ahrens <anna@example.org>", None, None) == ("Anna Ahrens", "anna@example.org")
    assert SENDER.convert("anna@example.org", None, None) == ("", "anna@example.org")


@pytest.mark.parametrize("text", ["", "Anna", "a@b, c@d"])
def test_it_refuses_what_is_no_sender(text: str) -> None:
    with pytest.raises(click.BadParameter):
        SENDER.convert(text, None, None)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_it_reads_a_text_with_and_without_byte_order_mark(tmp_path, mark: bytes) -> None:
    file = tmp_path / "a.html"
    file.write_bytes(mark + "Grüße\r\n".encode())
    assert TEXT_FILE.convert(str(file), None, None) == "Grüße\r\n"


def test_it_refuses_a_text_in_another_character_set(tmp_path) -> None:
    file = tmp_path / "a.html"
    file.write_bytes("Grüße".encode("cp1252"))
    with pytest.raises(UnreadableFile, match=r"byte 3 .* Save it as UTF-8"):
        TEXT_FILE.convert(str(file), None, None)


def test_it_refuses_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        TEXT_FILE.convert(str(tmp_path / "none"), None, None)
