from datetime import datetime

import pytest

from tidings.kernel import clock
from tidings.sendouts.models import Delivery, Sendout


@pytest.fixture(autouse=True)
def real(set_environment):
    """Sendouts go to a carrier, not into the built-in mailbox."""
    set_environment(smtp_url="smtp://127.0.0.1")


@pytest.fixture
def on(monkeypatch):
    """Makes it another day for everything but leases."""

    def on(now: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: now)

    return on


@pytest.fixture
def served():
    """Who of a sendout got it, and why the others didn't, by address."""

    def served(sendout: Sendout) -> dict[str, str]:
        found = Delivery.objects.filter(batch__sendout=sendout).select_related("contact")
        return {one.contact.email: one.reason if one.outcome == "skipped" else one.outcome for one in found}

    return served
