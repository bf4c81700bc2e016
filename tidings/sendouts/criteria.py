"""What selections may ask about what was sent: who got which message when, and whose copy failed."""

from collections.abc import Iterator

from tidings.attributes.criteria import Criterion, Kind, Question, Scope, Thing
from tidings.kernel import sql
from tidings.messaging.models import Message
from tidings.sendouts.models import Delivery

statements = sql.load(__package__)

SECTION = "Messages"


def criteria() -> Iterator[Criterion]:
    """Received, and failed: any message, or the one that is named."""
    yield _of_outcome("received", "received", Delivery.Outcome.ACCEPTED)
    yield _of_outcome("delivery failed", "delivery failed", Delivery.Outcome.FAILED)


def _of_outcome(name: str, label: str, outcome: Delivery.Outcome) -> Criterion:
    return Criterion(
        name, label, Kind.EVENT, lambda question: _delivered(question, outcome), SECTION, scope=SCOPE
    )


def message(ref: int | str) -> Thing | None:
    """The message with that id; a name, which several may have, is none."""
    found = Message.objects.filter(pk=ref).first() if isinstance(ref, int) else None
    return Thing(found.pk, found.name) if found else None


SCOPE = Scope("message", "message", message)


def _delivered(question: Question, outcome: str) -> str:
    return sql.fill(
        statements.was_delivered,
        contact=question.contact,
        outcome=question.bind(outcome, "text"),
        batches=_batches(question),
        test=question.holds("d.at"),
    )


def _batches(question: Question) -> str:
    if question.scope is None:
        return "true"
    return sql.fill(statements.of_message, message=question.bind(question.scope, "bigint"))
