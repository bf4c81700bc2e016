from itertools import chain

import pytest
from django.core import signing

from tidings.contacts.models import Contact
from tidings.kernel.errors import Refused
from tidings.web.paging import CURSOR_SALT, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    rows = [Contact(email=f"p{n}@example.org", language="de" if n % 3 else "en") for n in range(7)]
    Contact.objects.bulk_create(rows)
    return Contact.objects.all()


def walk(people, order, side, cursor=""):
    """The e-mail addresses of all pages from there on."""
    pages = []
    while True:
        page = page_of(people, order, cursor, size=3)
        pages.append([row.email for row in page.rows])
        cursor = getattr(page, side)
        if not cursor:
            return pages, page


@pytest.mark.parametrize(
    "order", [("pk",), ("-pk",), ("language", "pk"), ("-language", "pk"), ("-created_at", "-pk")]
)
def test_it_walks_forward_and_back_over_the_same_pages(people, order):
    forward, last = walk(people, order, "next")
    back, _ = walk(people, order, "previous", last.previous)
    assert [*chain.from_iterable(forward)] == [row.email for row in people.order_by(*order)]
    assert back[::-1] == forward[:-1]


def test_it_knows_that_a_list_is_whole(people):
    assert page_of(people, ("pk",), "", size=7).is_whole
    assert not page_of(people, ("pk",), "", size=6).is_whole


def test_it_passes_over_nobody_when_a_row_goes(people):
    first = page_of(people, ("pk",), "", size=3)
    first.rows[-1].delete()
    assert page_of(people, ("pk",), first.next, size=3).rows[0].email == "p3@example.org"


@pytest.mark.parametrize(
    "cursor",
    ["x", "a:b:c", signing.dumps(["after", [1]], salt="other")],
    ids=["word", "parts", "of another use"],
)
def test_it_refuses_a_cursor_that_it_did_not_write(people, cursor):
    with pytest.raises(Refused):
        page_of(people, ("pk",), cursor)


def test_a_list_says_so_if_its_cursor_is_damaged(operator):
    answer = operator.get("/contacts/?page=x")
    assert answer.status_code == 409
    assert b"Open the list from its beginning" in answer.content


def test_it_reads_its_own_cursors(people):
    cursor = signing.dumps(["after", [people.first().pk]], salt=CURSOR_SALT)
    assert len(page_of(people, ("pk",), cursor).rows) == 6
