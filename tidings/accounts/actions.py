"""Making users and API keys."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, connection, transaction

from tidings.accounts.errors import EmailTaken, InvitationSpent, WeakPassword
from tidings.accounts.models import ApiKey, User
from tidings.journal.actions import record
from tidings.kernel import clock
from tidings.kernel.errors import Refused

INVITATION_SALT = "tidings.accounts.first"
INVITATION_SECONDS = 7 * 24 * 3600
KEY_PREFIX = "tid_"
USES_NOTED_EVERY = timedelta(minutes=1)  # a program's calls don't wait for each other to write the same


@transaction.atomic
def create_user(email: str, name: str, password: str) -> User:
    """A new user who may sign in; the address is kept in lower case."""
    email = email.strip().lower()
    user = User(email=email, name=name.strip())
    _check(user, password)
    user.set_password(password)
    _insert(user)
    record("user.created", user.pk, email=email)
    return user


def _check(user: User, password: str) -> None:
    try:
        validate_email(user.email)
    except ValidationError:
        raise Refused(reason=f"“{user.email}” is not an e-mail address.") from None
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(why=" ".join(error.messages)) from None


def _insert(user: User) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        if "users_email" in str(error):
            raise EmailTaken(email=user.email) from None
        raise


def first_invitation() -> str | None:
    """A token with which the first user can be made, while there is none."""
    if User.objects.exists():
        return None
    return signing.dumps("first", salt=INVITATION_SALT)


@transaction.atomic
def accept_first_invitation(token: str, email: str, name: str, password: str) -> User:
    """Makes the first user; the link works once, because afterwards there is a user."""
    with connection.cursor() as cursor:  # two clicks at once must not make two first users
        cursor.execute("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE")
    if not invitation_holds(token):
        raise InvitationSpent
    return create_user(email, name, password)


def invitation_holds(token: str) -> bool:
    """Whether the link of the first start still works."""
    try:
        signing.loads(token, salt=INVITATION_SALT, max_age=INVITATION_SECONDS)
    except signing.BadSignature:
        return False
    return not User.objects.exists()


def create_api_key(user: User, name: str) -> tuple[ApiKey, str]:
    """A key for a program that acts as `user`. The secret is returned once and never stored."""
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        key = ApiKey.objects.create(
            user=user, name=name.strip()[:100], prefix=secret[:12], digest=_digest(secret)
        )
        record("api_key.created", key.pk, by=user, name=key.name)
    return key, secret


def user_of_key(secret: str) -> User | None:
    """Who a program acts as, or None for a key that is unknown or revoked."""
    key = (
        ApiKey.objects.select_related("user")
        .filter(digest=_digest(secret), revoked_at=None, user__is_active=True)
        .first()
    )
    if key is None:
        return None
    now = clock.now()
    if key.last_used_at is None or now - key.last_used_at > USES_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key.user


def revoke_api_key(key: ApiKey) -> None:
    """The key stops working at once; its row stays for the record."""
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now()):
            record("api_key.revoked", key.pk, by=key.user)


def _digest(secret: str) -> bytes:
    # A key is 256 random bits, so a plain hash can't be searched; a slow one would cost each call 50 ms.
    return hashlib.sha256(secret.encode()).digest()
