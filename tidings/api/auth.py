"""Who a call comes from: an API key, never a session, so that no page can make a browser call us unasked."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from tidings.accounts.actions import user_of_key
from tidings.accounts.models import User


class Call(HttpRequest):
    """A request whose key was found good; `auth` is the user in whose name the program acts."""

    auth: User


class ApiKey(HttpBearer):
    """`Authorization: Bearer tid_…`. Keys are made on the page “API keys” or by `tidings api-key create`."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:  # noqa: ARG002 - ninja's signature
        return user_of_key(token.strip())
