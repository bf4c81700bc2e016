"""What a person waits for: the preview of a message, and the live count of a rule, at a million contacts."""

import time
from collections.abc import Callable

from django.test import Client

from bench.pairs import Result, measure
from bench.render import HTML
from bench.selections import lay_ground
from tidings.accounts.models import User
from tidings.memberships.models import Membership
from tidings.messaging.actions import write

PREVIEW_SECONDS, COUNT_SECONDS = 0.2, 2.0
LOOKS = 5  # of which the quickest counts: what else runs on the machine only adds
RULES = (
    'city = "Berlin"',
    'not (last_name contains "er" or email ends with "example.org") and joined within 300 days',
    'not received within 20 days and city in ("Berlin", "Hamburg")',
)


def run(pairs: int, people: int) -> list[Result]:
    """A result for each answer. The reference is the goal: as many of them in a second as make it just in time."""
    group = lay_ground(people)["main"]
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get_or_create(email="bench@example.org")[0])
    member = Membership.objects.filter(group=group).order_by("-contact_id").first()
    message = write("Bench", subject="Hello", html=HTML, text="", by=None).message_id
    page = f"/messages/{message}/?group={group}&contact={member.contact_id if member else ''}"
    asked = [("answer: preview", PREVIEW_SECONDS, lambda: client.get(page))]
    for rule in RULES:
        form = {"rule": rule, "part": "count", "asker": "bench"}
        asked.append(
            (
                f"answer: count of {rule}",
                COUNT_SECONDS,
                lambda form=form: client.post("/selections/answer/", form),
            )
        )
    return [_measured(*one, pairs=pairs) for one in asked]


def _measured(name: str, goal: float, ask: Callable[[], object], *, pairs: int) -> Result:
    def rate() -> tuple[float]:
        return (1 / min(_seconds(ask) for _ in range(LOOKS)),)

    rate()  # what is compiled and cached at the first look isn't measured
    [result] = measure([name], rate, lambda: (1 / goal,), pairs=pairs, unit="answers per second")
    result.notes["ms"] = round(1000 / result.ours, 1)
    return result


def _seconds(ask: Callable[[], object]) -> float:
    started = time.perf_counter()
    answer = ask()
    if getattr(answer, "status_code", 0) != 200:
        raise SystemExit(f"{answer} instead of an answer")
    return time.perf_counter() - started
