"""Finding users."""

from tidings.accounts.models import User
from tidings.kernel.errors import NotFound


def find_user(email: str) -> User:
    """The user with that e-mail address; raises `NotFound`."""
    found = User.objects.filter(email=email.strip().lower()).first()
    if found is None:
        raise NotFound(thing="user", ref=email)
    return found
