"""How often a password may be tried."""

import math
from datetime import datetime, timedelta

from django.db import transaction

from tidings.accounts.errors import TooManySignIns
from tidings.accounts.models import SignInAttempt
from tidings.kernel import db

# Enough for somebody who looks for the right one of their passwords; a thousand tries a day find no good one.
FAILURES_AT_MOST = 10
WINDOW = timedelta(minutes=15)


@transaction.atomic
def begin_attempt(email: str, client: str, now: datetime) -> None:
    """Notes that a password is about to be tried; raises `TooManySignIns` after too many failures of late.

    It counts as failed until `end_well`, so that many tries at once are no more than one after another. They are
    counted per e-mail address, known or not, and per client: the network that they come from.
    """
    db.execute("LOCK TABLE sign_in_attempts IN SHARE ROW EXCLUSIVE MODE")  # each try sees those before it
    SignInAttempt.objects.filter(at__lte=now - WINDOW).delete()
    email = _normal(email)
    free_at = max(_free_at(now, email=email), _free_at(now, client=client))
    if free_at > now:
        raise TooManySignIns(wait=_in_words(free_at - now))
    SignInAttempt.objects.create(email=email, client=client, at=now)


def end_well(email: str, client: str) -> None:
    """The password was right: the tries of this person from there are forgotten, those of other clients are not."""
    SignInAttempt.objects.filter(email=_normal(email), client=client).delete()


def _free_at(now: datetime, **whose: str) -> datetime:
    newest = SignInAttempt.objects.filter(**whose).order_by("-at")
    decisive = newest[FAILURES_AT_MOST - 1 : FAILURES_AT_MOST].values_list("at", flat=True).first()
    return decisive + WINDOW if decisive else now


def _normal(email: str) -> str:
    return email.strip().lower()


def _in_words(wait: timedelta) -> str:
    minutes = math.ceil(wait / timedelta(minutes=1))
    return "a minute" if minutes == 1 else f"{minutes} minutes"
