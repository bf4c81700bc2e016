from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from tidings.accounts import actions
from tidings.accounts.errors import InvitationSpent
from tidings.accounts.models import User


def test_two_clicks_at_once_make_one_first_user(committed, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    token = actions.first_invitation()

    def click(name: str) -> bool:
        try:
            actions.accept_first_invitation(token, f"{name}@example.org", name, "correct horse battery")
        except InvitationSpent:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as clicks:
        won = list(clicks.map(click, ["anna", "berta", "carla", "dora"]))
    assert sorted(won) == [False, False, False, True]
    assert User.objects.count() == 1
