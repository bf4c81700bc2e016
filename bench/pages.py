"""The lists of groups and contacts: what a page costs the database, at 10,000 groups and a million contacts."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client

from bench.pairs import Rates, Result, measure
from tidings.accounts.models import User

GROUND = Path(__file__).with_name("pages.sql")
CONTACTS_OF_A_GROUP = 100
GOAL_SECONDS = 0.050
LOOKS = 5  # at a page, of which the quickest counts: what else runs on the machine only adds
PAGES = {
    "page: groups by name": "/groups/",
    "page: groups by members": "/groups/?sort=members",
    "page: groups by category": "/groups/?category=7&sort=fewest",
    "page: groups found by text": "/groups/?q=ab",
    "page: contacts": "/contacts/",
    "page: contacts by the beginning of an address": "/contacts/?q=ab",
}


def run(pairs: int, contacts: int) -> list[Result]:
    """A result for each page. The reference is the goal: twenty pages in a second of the database's time."""
    _lay_ground(contacts)
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get_or_create(email="bench@example.org")[0])
    results = []
    for name, address in PAGES.items():
        page = _Page(client, address)
        page.rate()  # what is compiled and cached at the first look isn't measured
        [result] = measure(
            [name],
            page.rate,
            lambda: (1 / GOAL_SECONDS,),
            pairs=pairs,
            unit="pages per second of the database",
        )
        result.notes.update({"database time, ms": round(1000 / result.ours, 1), "queries": page.queries})
        results.append(result)
    return results


def _lay_ground(contacts: int) -> None:
    sizes = {"contacts": contacts, "groups": max(1, contacts // CONTACTS_OF_A_GROUP)}
    with connection.cursor() as cursor:
        for statement in GROUND.read_text().split(";\n"):
            cursor.execute(statement, sizes)


class _Page:
    """A page as a browser asks for it, with what it costs the database."""

    def __init__(self, client: Client, address: str) -> None:
        self.client, self.address = client, address
        self.queries = 0

    def rate(self) -> Rates:
        """How many such pages the database makes in a second."""
        return (1 / min(self._look() for _ in range(LOOKS)),)

    def _look(self) -> float:
        """The seconds that the database needs for the page."""
        taken: list[float] = []

        def timed(execute: Callable[..., Any], *call: Any) -> Any:
            started = time.perf_counter()
            try:
                return execute(*call)
            finally:
                taken.append(time.perf_counter() - started)

        with connection.execute_wrapper(timed):
            answer = self.client.get(self.address)
        if answer.status_code != 200:
            raise SystemExit(f"{self.address} answers {answer.status_code}")
        self.queries = len(taken)
        return sum(taken)
