"""A filter for spam finds no fault with the form and the words of what we send."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tidings.messaging.mime.message import Content, Copy, Sender, compile_message

MESSAGE = Path(__file__).parents[2] / "demo/message"
SCORE_AT_MOST = 1.0  # spam begins at 5
SECONDS_AT_MOST = 100
FULL_COPY = Copy(
    address="zoe.lukasiewicz@example.com",
    name="Zoë Łukasiewicz",
    contact={"first_name": "Zoë", "last_name": "Łukasiewicz", "city": "Łódź", "language": "pl"},
    member={},
    links=dict.fromkeys(("unsubscribe", "one_click", "preferences"), "https://news.example.org/u/abc"),
    message_id="<1.2.3@example.org>",
    date="Mon, 23 Nov 2026 08:00:00 +0000",
)


def written(subject: str, html: str | None, text: str | None) -> bytes:
    group = {"name": "Lanterns", "address": "news@example.org"}
    message = compile_message(
        Content(subject, html, text), Sender("Lanterns & Lamps", "news@example.org"), group=group, message={}
    )
    return message.render(FULL_COPY)


@pytest.fixture(scope="module")
def demo() -> dict[str, bytes]:
    html, text = (MESSAGE / f"newsletter.{kind}" for kind in ("html", "txt"))
    body, plain = html.read_text(encoding="utf-8"), text.read_text(encoding="utf-8")
    subject = "{{ contact.first_name }}, new lanterns for {{ contact.city }}"
    return {
        "both parts": written(subject, body, plain),
        "text alone": written(subject, None, plain),
        "another script": written("Новости недели", body, plain),
        "no sender": b"Subject: MAKE MONEY FAST\r\n\r\nNow!\r\n",
    }


@pytest.fixture(scope="module")
def verdicts(demo: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The header X-Spam-Status of each, from one run without the network: most of its time is reading its rules."""
    program = shutil.which("spamassassin")
    if program is None:
        pytest.fail("SpamAssassin is missing: scripts/system_packages spamassassin")
    folder = tmp_path_factory.mktemp("spam")
    box = b"".join(
        b"From a Mon Nov 23 08:00:00 2026\nX-Sample: "
        + name.encode()
        + b"\n"
        + mail.replace(b"\r\n", b"\n")
        + b"\n"
        for name, mail in demo.items()
    )
    words = [program, "--local", "--mbox", "--prefspath", "/dev/null", "--cf=use_bayes 0"]
    done = subprocess.run(
        words, input=box, capture_output=True, check=True, timeout=SECONDS_AT_MOST, env={"HOME": str(folder)}
    )
    # It answers in an order of its own.
    return dict(map(_verdict, re.split(r"^From a Mon ", done.stdout.decode(), flags=re.MULTILINE)[1:]))


def _verdict(answer: str) -> tuple[str, str]:
    status = re.search(r"^X-Spam-Status: (.*(?:\n[ \t].*)*)", answer, re.MULTILINE)[1]
    return re.search(r"^X-Sample: (.*)", answer, re.MULTILINE)[1], " ".join(status.split())


@pytest.mark.timeout(SECONDS_AT_MOST)
@pytest.mark.parametrize("name", ["both parts", "text alone", "another script"])
def test_a_mail_is_far_from_being_spam(verdicts, name):
    score = float(re.search(r"score=(-?[\d.]+)", verdicts[name])[1])
    assert score <= SCORE_AT_MOST, verdicts[name]


def test_the_filter_is_not_silent_about_a_mail_without_its_headers(verdicts):
    assert "MISSING_FROM" in verdicts["no sender"]
