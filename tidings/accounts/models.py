"""People who operate Tidings, and the keys of their programs."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    email = models.EmailField(unique=True)  # stored in lower case
    name = models.CharField(max_length=150)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        db_table = "users"

    def __str__(self) -> str:
        return self.name or self.email


class ApiKey(models.Model):
    """A program's key. Only a digest is stored; `prefix` lets a person tell keys apart."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_keys"
        constraints = [models.UniqueConstraint("digest", name="api_keys_digest_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class SignInAttempt(models.Model):
    """A password that was tried and is wrong, as far as is known. Rows live for minutes; see `sign_in`."""

    email = models.TextField()  # in lower case, whether there is such a user or not
    client = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "sign_in_attempts"
        indexes = [
            models.Index(fields=["email", "at"], name="sign_in_attempts_by_email"),
            models.Index(fields=["client", "at"], name="sign_in_attempts_by_client"),
        ]

    def __str__(self) -> str:
        return f"{self.email} from {self.client} at {self.at}"
