"""What pages do with the checked lines of a list: which they are, and what came of it."""

from django.contrib import messages
from django.http import HttpRequest

from tidings.kernel.several import Outcome, T

LINES_AT_MOST = 200  # a page of a list has fewer
DIGITS_OF_AN_ID = 18  # what surely fits in a bigint
REFUSALS_TOLD = 5


def checked(ids: list[str]) -> list[int]:
    """The ids among what the checked boxes sent."""
    readable = (text for text in ids[:LINES_AT_MOST] if text.isascii() and text.isdigit())
    return [int(text) for text in readable if len(text) <= DIGITS_OF_AN_ID]


def tell(request: HttpRequest, outcome: Outcome[T], thing: str, became: str) -> None:
    """Says how many `things` became so, and why others didn't."""
    if done := len(outcome.done):
        messages.success(request, f"{done:,} {thing}{'s' if done > 1 else ''} {became}.")
    for one, error in outcome.refused[:REFUSALS_TOLD]:
        messages.error(request, f"{one}: {error}")
    if more := len(outcome.refused[REFUSALS_TOLD:]):
        messages.error(request, f"And {more:,} more couldn't be changed.")
