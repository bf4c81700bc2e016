import pytest

from tidings.contacts.models import Contact
from tidings.memberships.models import Membership, OptOut
from tidings.memberships.queries import count_members


@pytest.fixture
def paste(operator, world):
    def paste(*lines):
        return operator.post(
            f"/groups/{world.empty.pk}/members/add/", {"lines": "\n".join(lines)}, follow=True
        )

    return paste


def emails(answer):
    return [member.contact.email for member in answer.context["page"].rows]


def test_it_finds_members_by_the_beginning_of_their_address(operator, world):
    answer = operator.get(f"/groups/{world.group.pk}/members/?q=Ben")
    assert emails(answer) == ["ben.brandt@example.net"]


def test_it_adds_pasted_people(paste, world):
    answer = paste("Anna.Adler@example.net", "", " new@example.org ", "new@example.org")
    assert "2 added to “VIP customers”; 1 were members already." in answer.content.decode()
    assert count_members([world.empty.pk])[world.empty.pk].active == 2


def test_it_keeps_the_lines_that_could_not_be_added_with_their_reasons(paste):
    answer = paste("good@example.org", "not an address")
    assert answer.context["pasted"].added == 1
    assert answer.context["pasted"].left_out[0].number == 2
    assert b">\nnot an address</textarea>" in answer.content


def test_it_refuses_more_lines_than_a_single_action_has(paste):
    answer = paste(*[f"p{number}@example.org" for number in range(1_001)])
    assert answer.status_code == 200
    assert b"Import a file instead" in answer.content
    assert not Contact.objects.filter(email="p0@example.org").exists()


def test_it_can_not_bring_back_who_unsubscribed(operator, world):
    gone = OptOut.objects.get().contact
    answer = operator.post(f"/groups/{world.group.pk}/members/add/", {"lines": gone.email})
    assert "doesn&#x27;t want messages" in answer.content.decode()
    assert not Membership.objects.filter(contact=gone, group=world.group).exists()


def test_it_removes_a_member_and_keeps_the_contact(operator, world):
    answer = operator.post(f"/groups/{world.group.pk}/members/{world.contact.pk}/remove/", follow=True)
    assert b"is no longer a member" in answer.content
    assert Contact.objects.filter(pk=world.contact.pk).exists()
    assert not OptOut.objects.filter(contact=world.contact).exists()


def test_it_unsubscribes_a_member_for_good(operator, world):
    operator.post(f"/groups/{world.group.pk}/members/{world.contact.pk}/unsubscribe/")
    listed = operator.get(f"/groups/{world.group.pk}/members/unsubscribed/").context["page"].rows
    assert listed[0].contact == world.contact


def test_it_works_while_an_import_holds_the_group(operator, world):
    operator.post(f"/groups/{world.locked.pk}/members/add/", {"lines": "new@example.org"})
    assert Membership.objects.filter(group=world.locked).count() == 1


def test_it_says_that_there_is_no_such_contact(operator, world):
    answer = operator.post(f"/groups/{world.group.pk}/members/99999/remove/")
    assert answer.status_code == 404
