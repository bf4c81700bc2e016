"""The story of Tidings in one test: from a CSV file to an account of every recipient."""

import io
import time
from collections import Counter

from tests.relays import TAKEN
from tidings.groups import actions as groups
from tidings.groups import attributes
from tidings.imports import actions as imports
from tidings.imports.queries import find as find_import
from tidings.locks.queries import locks_of
from tidings.memberships import actions as memberships
from tidings.memberships.queries import members
from tidings.messaging import actions as messaging
from tidings.sendouts import actions as sendouts
from tidings.sendouts.judge import waterfall
from tidings.sendouts.queries import accounting, find, verify

PATIENCE_SECONDS = 60

PEOPLE = """\
E-Mail;Vorname;Ort
Anna@Example.com;Anna;Bonn
berta@example.com;Berta;Köln
carla@example.com;;Bonn
dora@example.com;Dora;Ulm
nobody;Nemo;Rom
anna@example.com;Anni;Bonn
"""

LETTER = """\
Hello {{ contact.first_name | default("friend") }},

{% if contact.city == "Bonn" %}your shop in Bonn has news.{% endif %}
A coffee costs {{ group.price }}.

{{ links.unsubscribe }}
"""


def test_from_a_file_to_an_account_of_everyone(make_user, start_workers, relay):
    anna, berta, carla, dora = (f"{name}@example.com" for name in ("anna", "berta", "carla", "dora"))
    user = make_user("Editor")
    start_workers()

    # A group, and people from a file.
    shop = groups.create("Shop", address="shop@example.org", by=user)
    attributes.put(shop, "price", "2.50 €", by=user)
    run = imports.start(shop, io.BytesIO(PEOPLE.encode("cp1252")), filename="people.csv", by=user)
    run = wait_for(lambda: find_import(run.pk), "finished")
    assert (run.rows, run.created, run.duplicates, run.rejected) == (6, 4, 1, 1)
    assert run.rejects.get().line == 6

    # One of them leaves.
    memberships.unsubscribe(members(shop, prefix="dora").get().contact, shop.pk, source="link")
    assert waterfall(shop.pk)["will_receive"] == 3

    # A message to those who stayed. The relay has its moods.
    relay.answer = moody(defers=berta, refuses=carla)
    letter = messaging.write("News", subject="News for {{ contact.first_name }}", text=LETTER, by=user)
    sendout = sendouts.start(shop, letter, by=user)
    sendout = wait_for(lambda: find(sendout.pk), "finished")

    # Everyone is accounted for, and the mails say what they should.
    account = accounting(sendout)
    assert (account.audience, account.accepted, account.failed, account.planned) == (3, 2, 1, 0)
    assert account.reasons == [("failed", 550, "5.1.1 no such user", 1)]
    assert account.holds
    assert verify(sendout) == []
    assert Counter(relay.recipients) == Counter([anna, berta])
    assert relay.attempts[berta] == 2
    mail = relay.mail_to(anna)
    assert (mail["From"], mail["Subject"]) == ("Shop <shop@example.org>", "News for Anni")
    assert "Hello Anni," in mail.get_content()
    assert "your shop in Bonn has news" in mail.get_content()
    assert "A coffee costs 2.50 €." in mail.get_content()
    assert dora not in relay.attempts
    assert locks_of([shop.pk]) == {}


def moody(*, defers: str, refuses: str):
    """A relay that wants to be asked twice for one and knows nothing of another."""

    def answer(recipient: str, nth: int) -> str:
        if recipient == refuses:
            return "550 5.1.1 no such user"
        return "451 4.7.1 come back later" if recipient == defers and nth == 1 else TAKEN

    return answer


def wait_for(look, state: str):
    """Looks until the thing is in that state."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (found := look()).state != state:
        assert time.monotonic() < end, f"still {found.state} after {PATIENCE_SECONDS} s"
        time.sleep(0.1)
    return found
