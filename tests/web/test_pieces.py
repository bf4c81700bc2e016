"""The pure parts of the pages."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from hypothesis import given
from hypothesis import strategies as st

from tidings.accounts.errors import InvitationSpent
from tidings.groups.errors import GroupArchived
from tidings.kernel.errors import NotFound, Refused, TidingsError
from tidings.locks.errors import GroupLocked
from tidings.web import assets
from tidings.web.errors import error_page
from tidings.web.progress import Progress
from tidings.web.sheets import csv_response
from tidings.web.templatetags.web import duration, per_second
from tidings.web.waterfall import steps_of

WEB = Path(assets.__file__).parent
people = st.integers(0, 10**7)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound(thing="group", ref=7), 404),
        (GroupLocked(group="Group 7", holder="import"), 423),
        (GroupArchived(group="Old"), 409),
        (InvitationSpent(), 410),
        (Refused(reason="No."), 409),
        (TidingsError(), 422),
    ],
)
def test_an_error_becomes_a_page_that_says_it(rf, error, status):
    page = error_page(rf.get("/"), error)
    assert page.status_code == status
    assert str(error) in unescape(page.content.decode())


@given(done=people, total=people, seconds=st.floats(0.1, 10**6))
def test_progress_never_says_more_than_all(done, total, seconds):
    progress = Progress(done, total, seconds)
    assert progress.percent is None or 0 <= progress.percent <= 100
    assert progress.left is None or progress.left >= timedelta()


def test_progress_says_100_only_when_all_is_done():
    assert Progress(999_999, 1_000_000, 10).percent == 99


def test_progress_tells_rate_and_time_left():
    progress = Progress(310_000, 500_000, 200)
    assert per_second(progress.rate) == "1,550 / s"
    assert duration(progress.left) == "2 min 3 s"


@given(lost=st.lists(people, max_size=5), reached=people)
def test_the_bars_of_a_waterfall_fit_together(lost, reached):
    members = sum(lost) + reached
    counts = {
        "members": members,
        **{f"reason {n}": lost for n, lost in enumerate(lost)},
        "will_receive": reached,
    }
    steps = steps_of(counts)
    assert all(step.offset >= 0 and step.offset + step.width <= 100.02 for step in steps)
    assert [step.people for step in steps if step.is_loss] == lost


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.9, "59 s"), (158, "2 min 38 s"), (7_260, "2 h 1 min"), (90_000, "1 d 1 h"), (None, "")],
)
def test_a_duration_is_told_in_two_units(seconds, text):
    assert duration(seconds) == text


def is_signed_number(text: str) -> bool:
    """Which spreadsheets show as it is."""
    return text[:1] in ("+", "-") and text[1:2].isdigit()


@given(st.lists(st.text().filter(lambda text: not is_signed_number(text)), min_size=2, max_size=2))
def test_a_csv_file_holds_nothing_that_a_spreadsheet_would_run(cells):
    text = b"".join(csv_response("x.csv", ["a", "b"], [cells]).streaming_content).decode("utf-8-sig")
    line = text.split("\r\n", 1)[1]
    assert not line.startswith(("=", "+", "-", "@", '"=', '"+', '"-', '"@'))


def test_every_vendored_file_is_there():
    assert all(finders.find(path) for path in [*assets.VENDOR.values(), assets.SPRITE])


def test_every_icon_of_the_templates_is_in_the_sprite():
    sprite = Path(finders.find(assets.SPRITE)).read_text()
    templates = "".join(path.read_text() for path in (WEB / "templates").rglob("*.html"))
    used = set(re.findall(r"""\bicon(?:=|\s+)["']([a-z0-9-]+)["']""", templates))
    assert used == set(re.findall(r'<symbol id="([^"]+)"', sprite))


def test_no_template_has_an_inline_script_or_handler():
    templates = "".join(path.read_text() for path in (WEB / "templates").rglob("*.html"))
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:", templates)
