"""How often a public form may be sent from one network address."""

from datetime import datetime, timedelta

from django.db import transaction

from tidings.kernel import db
from tidings.memberships.errors import TooManyRequests
from tidings.memberships.models import FormRequest

# A household or a small office signs up; somebody who tries addresses one after the other gets nowhere.
REQUESTS_AT_MOST = 20
WINDOW = timedelta(hours=1)


@transaction.atomic
def count_request(client: str, now: datetime) -> None:
    """Notes that a form was sent; raises `TooManyRequests`. Whatever comes of the request counts, so that the limit
    doesn't tell who is a member.
    """
    db.execute("LOCK TABLE form_requests IN SHARE ROW EXCLUSIVE MODE")  # each sees those before it
    FormRequest.objects.filter(at__lte=now - WINDOW).delete()
    if FormRequest.objects.filter(client=client).count() >= REQUESTS_AT_MOST:
        raise TooManyRequests
    FormRequest.objects.create(client=client, at=now)
