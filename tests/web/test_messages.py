import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tidings.contacts.models import Contact
from tidings.groups.actions import update_settings
from tidings.memberships.models import OptOut
from tidings.messaging.actions import write
from tidings.messaging.mime.message import Content, find_names
from tidings.messaging.models import Message
from tidings.sendouts.models import Sendout
from tidings.sendouts.preview import preview
from tidings.web.placeholders import lookup, picker

LONGEST_SECONDS = 0.2  # of CPU, for the whole page with its preview
CONTENT = {
    "revision": "0",
    "subject": "Hello {{ contact.first_name }}",
    "format": "html",
    "source": "",
    "text": "Hi",
}


@pytest.fixture
def message(world):
    body = 'Dear {{ contact.first_name }}, {{ group["Opening hours"] }}. {{ links.unsubscribe }}'
    return write(
        "Sunday", subject="Hi {{ contact.first_name }}", html=f"<p>{body}</p>", text=body, by=world.user
    ).message


def test_the_preview_fills_in_contact_and_group(world, operator, message):
    html = operator.get(
        f"/messages/{message.pk}/", {"group": world.group.address, "contact": "ben.brandt@example.net"}
    ).content.decode()
    assert "Dear Ben, Mon-Fri 9-18." in html
    assert "anna.adler%40example.net" in html  # the contact before
    assert "carla.conti%40example.net" in html  # and after


def test_the_preview_runs_in_a_frame_that_can_run_nothing(world, operator):
    message = write("x", subject="x", html="<script>alert(1)</script>", by=world.user).message
    html = operator.get(f"/messages/{message.pk}/?group={world.group.pk}").content.decode()
    assert 'sandbox srcdoc="&lt;script&gt;' in html
    assert "<script>alert(1)" not in html


def test_the_preview_says_what_it_cannot_fill_in(world, operator):
    message = write("x", subject="x", text="{{ contact.shoe_size }}", by=world.user).message
    html = operator.get(f"/messages/{message.pk}/?group={world.group.pk}").content.decode()
    assert "In the text, line 1" in html


@pytest.mark.parametrize(
    "query", ["group=nothing", "group=weekly@news.example.org&contact=nobody", "version=99", "version=x"]
)
def test_a_preview_of_what_is_not_there_is_told(world, operator, message, query):
    response = operator.get(f"/messages/{message.pk}/?{query}")
    assert response.status_code in {200, 404}
    assert "There is no" in response.content.decode() or query == "version=x"


def test_a_preview_for_an_empty_group_asks_for_a_contact(world, operator, message):
    html = operator.get(f"/messages/{message.pk}/?group={world.empty.pk}").content.decode()
    assert "Nobody is in “VIP customers” yet" in html


def test_what_is_written_can_be_looked_at_before_it_is_saved(world, operator):
    before = Message.objects.count()
    html = operator.post("/messages/preview/", {**CONTENT, "group": world.group.pk}).content.decode()
    assert "Hello Anna" in html
    assert Message.objects.count() == before


def test_the_link_of_a_preview_unsubscribes_nobody(world, client):
    version = write("x", subject="x", text="{{ links.unsubscribe }}", by=world.user)
    shown = preview(version, world.group, world.contact)
    before = OptOut.objects.count()
    response = client.post("/" + shown.text.strip().split("/", 3)[3])
    assert "Only a preview" in response.content.decode()
    assert OptOut.objects.count() == before


def test_the_page_lists_what_to_mend_with_how_many_members_it_concerns(world, operator):
    version = write("x", subject="x", text="{{ contact.frist_name }} {{ contact.title }}", by=world.user)
    html = operator.get(f"/messages/{version.message_id}/?group={world.group.pk}").content.decode()
    assert "Did you mean “first_name”?" in html
    assert "contact.title has no fallback, and 6 of 6 members have none." in html


def test_the_review_says_what_keeps_a_message_from_going_and_sends_nothing(world, operator):
    version = write("x", subject="x", html='<a href="http:/broken">x</a>', by=world.user)
    path = f"/groups/{world.group.pk}/send/{version.message_id}/"
    assert "be sent as it is" in operator.get(path).content.decode()
    before = Sendout.objects.count()
    html = operator.post(path, {"when": "now", "despite_warnings": "on"}).content.decode()
    assert "A link has no host." in html
    assert Sendout.objects.count() == before


def test_the_review_asks_about_warnings(world, operator):
    version = write("x", subject="x", text="No way out", by=world.user)
    path = f"/groups/{world.group.pk}/send/{version.message_id}/"
    assert "Mend what the warnings say" in operator.post(path, {"when": "now"}).content.decode()
    assert operator.post(path, {"when": "now", "despite_warnings": "on"}).status_code == 302


def test_every_placeholder_of_the_picker_is_one(world):
    for _, placeholders in picker():
        for placeholder in placeholders:
            assert find_names(Content(subject=placeholder.source, text="x"))


NAMES = st.text(min_size=1, max_size=30).filter(lambda name: name.strip() and name.isprintable())


@given(NAMES.filter(lambda name: not name.startswith("__")))
@example("if")
@example("not")
@example('a "quoted" \\ name')
def test_any_attribute_name_is_written_so_that_it_is_read_again(name):
    (found,) = find_names(Content(subject=lookup("contact", name), text="x"))
    assert found.name == name


def test_choosing_a_group_leads_to_the_review(world, operator, message):
    html = operator.get(f"/messages/{message.pk}/send/").content.decode()
    assert f"/groups/{world.group.pk}/send/{message.pk}/" in html
    assert "Store openings" not in html  # an SMS group gets no e-mail


def test_the_list_finds_by_name_and_subject(world, operator, message):
    assert "Sunday" in operator.get("/messages/?q=sund").content.decode()
    assert "Sunday" not in operator.get("/messages/?q=black").content.decode()


def test_the_list_needs_few_queries(world, operator, message, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        operator.get("/messages/")


def test_a_contact_without_an_address_can_be_previewed(world, message):
    contact = Contact.objects.create(mobile="+4915100000000", attributes={"first_name": "Mo"})
    assert preview(message.versions.get(), world.group, contact).subject == "Hi Mo"


@pytest.fixture
def tested(world):
    return update_settings(
        world.group, {"test_recipients": {"addresses": ["olga@example.org"]}}, by=world.user
    )


def test_a_test_is_sent_from_the_page_as_the_contact_of_the_preview(world, operator, message, tested):
    path = f"/groups/{tested.pk}/send/{message.pk}/test/"
    page = operator.get(f"/messages/{message.pk}/?group={tested.pk}").content.decode()
    assert path in page
    response = operator.post(path, {"shown_as": "anna.adler@example.net", "version": "1"})
    sendout = Sendout.objects.latest("pk")
    assert response.url == f"/sendouts/{sendout.pk}/"
    assert (sendout.kind, sendout.shown_as, sendout.audience) == ("test", world.contact, 1)
    assert ">test<" in operator.get(response.url).content.decode()


def test_a_group_without_test_recipients_leads_to_its_settings(world, operator, message):
    page = operator.get(f"/messages/{message.pk}/?group={world.group.pk}").content.decode()
    assert f"/groups/{world.group.pk}/settings/test_recipients/" in page
    answer = operator.post(f"/groups/{world.group.pk}/send/{message.pk}/test/", follow=True)
    assert "has no test recipients" in answer.content.decode()


def test_the_preview_goes_on_to_the_next_one_without_a_value(world, operator, message):
    path = f"/messages/{message.pk}/?group={world.group.pk}"
    html = operator.get(path).content.decode()
    assert "without=contact.first_name" in html
    told = operator.get(f"{path}&without=contact.first_name").content.decode()
    assert "has a value for contact.first_name" in told
    world.other.attributes = {}
    world.other.save(update_fields=["attributes"])
    found = operator.get(f"{path}&without=contact.first_name").content.decode()
    assert f"As {world.other} in" in found


def test_contacts_are_offered_while_somebody_types(world, operator):
    html = operator.get("/messages/preview/contacts/?contact=anna").content.decode()
    assert 'value="anna.adler@example.net">Anna Adler' in html
    assert operator.get("/messages/preview/contacts/?contact=").content.strip() == b""


def test_the_page_with_its_preview_needs_few_queries_and_little_time(
    world, operator, django_assert_max_num_queries
):
    body = (
        '<p>{{ contact.first_name | default("x") }}</p>' + "<p>News</p>" * 150
    ) * 12 + "{{ links.unsubscribe }}"
    version = write("x", subject="x", html=body, by=world.user)
    path = f"/messages/{version.message_id}/?group={world.group.pk}"
    operator.get(path)  # templates are compiled at the first look
    started = time.thread_time()
    with django_assert_max_num_queries(24):
        operator.get(path)
    assert time.thread_time() - started < LONGEST_SECONDS
