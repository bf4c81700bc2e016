import pytest
from django.core import signing

from tests.racing import overtaken
from tidings.accounts import actions
from tidings.accounts.errors import EmailTaken, InvitationSpent, WeakPassword
from tidings.accounts.models import ApiKey, User
from tidings.kernel.errors import Refused

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    """Argon2 is slow on purpose; here nobody attacks."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_a_user_signs_in_with_the_password_alone():
    user = actions.create_user(" Anna@Example.org ", " Anna ", PASSWORD)
    assert (user.email, user.name) == ("anna@example.org", "Anna")
    assert user.check_password(PASSWORD)
    assert not user.check_password(PASSWORD.upper())


def test_an_address_has_one_user_whatever_its_case():
    actions.create_user("anna@example.org", "Anna", PASSWORD)
    with pytest.raises(EmailTaken, match=r"anna@example\.org"):
        actions.create_user("ANNA@example.org", "Other", PASSWORD)


def test_of_two_users_with_one_address_made_at_once_the_second_is_refused(committed):
    with pytest.raises(EmailTaken, match=r"anna@example\.org"):
        overtaken(
            lambda: actions.create_user("anna@example.org", "Anna", PASSWORD),
            lambda: actions.create_user("Anna@example.org", "Other", PASSWORD),
        )
    assert User.objects.get().name == "Anna"


@pytest.mark.parametrize("password", ["", "short", "password12", "1234567890", "anna@example.org"])
def test_a_weak_password_is_refused_and_why(password):
    with pytest.raises(WeakPassword, match=r"The password can't be used: .+"):
        actions.create_user("anna@example.org", "Anna", password)
    assert not User.objects.exists()


@pytest.mark.parametrize("email", ["", "anna", "anna@", "a b@example.org"])
def test_a_user_needs_an_email_address(email):
    with pytest.raises(Refused, match="is not an e-mail address"):
        actions.create_user(email, "Anna", PASSWORD)


def test_the_first_user_is_made_by_an_invitation():
    token = actions.first_invitation()
    assert actions.invitation_holds(token)
    assert actions.accept_first_invitation(token, "anna@example.org", "Anna", PASSWORD).pk


def test_an_invitation_works_once():
    token = actions.first_invitation()
    actions.accept_first_invitation(token, "anna@example.org", "Anna", PASSWORD)
    with pytest.raises(InvitationSpent):
        actions.accept_first_invitation(token, "berta@example.org", "Berta", PASSWORD)


def test_there_is_no_invitation_once_there_is_a_user(make_user):
    make_user()
    assert actions.first_invitation() is None


@pytest.mark.parametrize(
    "token", ["", "forged", signing.dumps("first", salt="another")], ids=["empty", "forged", "of another use"]
)
def test_a_forged_invitation_is_refused(token):
    with pytest.raises(InvitationSpent):
        actions.accept_first_invitation(token, "anna@example.org", "Anna", PASSWORD)


def test_a_program_acts_as_the_user_of_its_key(make_user):
    anna = make_user("Anna")
    key, secret = actions.create_api_key(anna, " Shop ")
    assert actions.user_of_key(secret) == anna
    key.refresh_from_db()
    assert (key.name, key.prefix) == ("Shop", secret[:12])
    assert key.last_used_at is not None


def test_the_secret_of_a_key_is_not_stored(make_user):
    _, secret = actions.create_api_key(make_user(), "Shop")
    [stored] = ApiKey.objects.values()
    assert secret.encode() not in bytes(stored["digest"])
    assert secret not in str(stored)


@pytest.mark.parametrize("secret", ["", "tid_", "tid_wrong"])
def test_an_unknown_key_is_nobodys(secret):
    assert actions.user_of_key(secret) is None


def test_a_revoked_key_stops_working_at_once_and_stays_on_record(make_user):
    key, secret = actions.create_api_key(make_user(), "Shop")
    actions.revoke_api_key(key)
    assert actions.user_of_key(secret) is None
    assert ApiKey.objects.get(pk=key.pk).revoked_at is not None


def test_the_keys_of_a_user_who_left_stop_working(make_user):
    _, secret = actions.create_api_key(make_user(is_active=False), "Shop")
    assert actions.user_of_key(secret) is None
