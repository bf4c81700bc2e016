"""The request as the middleware hands it to the views of operators."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from tidings.accounts.models import User


class OperatorRequest(HttpRequest):
    """A request of somebody who has signed in; `htmx` is true if only a fragment of the page is wanted."""

    user: User
    htmx: HtmxDetails
