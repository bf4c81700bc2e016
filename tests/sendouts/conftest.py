import pytest

from tidings.sendouts.models import Delivery, Sendout
from tidings.sendouts.queries import accounting, verify


@pytest.fixture
def outcomes():
    """The counts of a sendout that aren't zero; fails unless the equation holds, in the sums and in the rows."""

    def outcomes(sendout: Sendout) -> dict[str, int]:
        account = accounting(sendout)
        assert account.holds
        assert verify(sendout) == []
        names = ("planned", "accepted", "deferred", "failed", "skipped", "in_doubt")
        return {name: getattr(account, name) for name in names if getattr(account, name)}

    return outcomes


@pytest.fixture
def reason_for():
    """Outcome, code and reason of one recipient, by the address."""

    def reason_for(sendout: Sendout, email: str) -> tuple[str, int, str]:
        found = Delivery.objects.filter(batch__sendout=sendout, contact__email=email)
        return found.values_list("outcome", "code", "reason").get()

    return reason_for
