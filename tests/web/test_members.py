import pytest

from tidings.contacts.models import Contact
from tidings.memberships.models import Consent, Letter, Membership, OptOut
from tidings.memberships.own_acts import confirm
from tidings.memberships.queries import count_members
from tidings.selections.actions import create
from tidings.selections.language import parse


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


def test_it_shows_those_whom_a_rule_picks(operator, world):
    answer = operator.get(f"/groups/{world.group.pk}/members/", {"where": 'email starts with "ben"'})
    assert emails(answer) == ["ben.brandt@example.net"]
    assert "where=email+starts+with" in answer.content.decode()


def test_it_shows_those_of_a_saved_selection(operator, world):
    saved = create("Bens", parse('email starts with "ben"'), by=None)
    answer = operator.get(f"/groups/{world.group.pk}/members/?selection={saved.pk}")
    assert emails(answer) == ["ben.brandt@example.net"]


def test_it_says_where_a_rule_is_wrong(operator, world):
    answer = operator.get(f"/groups/{world.group.pk}/members/?where=city+%3D")
    assert answer.status_code == 200
    assert "city =" in answer.content.decode()
    assert emails(answer) == []


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
    assert Membership.objects.filter(group=world.locked, contact__email="new@example.org").exists()


def test_it_says_that_there_is_no_such_contact(operator, world):
    answer = operator.post(f"/groups/{world.group.pk}/members/99999/remove/")
    assert answer.status_code == 404


def test_who_awaits_approval_is_pointed_out_and_approved(operator, world):
    html = operator.get(f"/groups/{world.locked.pk}/members/").content.decode()
    assert "1 awaits approval." in html
    jan = Membership.objects.get(group=world.locked, state="awaiting_approval")
    html = operator.post(
        f"/groups/{world.locked.pk}/members/{jan.contact_id}/approve/", follow=True
    ).content.decode()
    assert "jan.jansen@example.net is a member now." in html
    jan.refresh_from_db()
    assert jan.state == "active"


def test_who_is_turned_down_is_gone(operator, world):
    jan = Membership.objects.get(group=world.locked, state="awaiting_approval")
    operator.post(f"/groups/{world.locked.pk}/members/{jan.contact_id}/refuse/")
    assert not Membership.objects.filter(contact=jan.contact).exists()


def test_a_pending_member_is_asked_again_until_it_is_enough(operator, world):
    ida = Membership.objects.get(group=world.locked, state="pending")
    path = f"/groups/{world.locked.pk}/members/{ida.contact_id}/resend/"
    pages = [operator.post(path, follow=True).content.decode() for _ in range(3)]
    assert "is on its way" in pages[0]
    assert "got 3 of these letters" in pages[2]


def test_pasted_people_join_in_the_way_that_was_chosen(operator, world):
    operator.post(
        f"/groups/{world.empty.pk}/members/add/", {"lines": "a@example.net", "mode": "double_opt_in"}
    )
    assert Membership.objects.get(group=world.empty).state == "pending"
    assert Letter.objects.filter(group=world.empty, kind="confirm").exists()


def test_who_opted_out_is_asked_back_with_a_reason(operator, world):
    gone = OptOut.objects.get(group=world.group).contact
    path = f"/groups/{world.group.pk}/members/{gone.pk}/override/"
    assert "This field is required" in operator.post(path, {"reason": " "}).content.decode()
    operator.post(path, {"reason": "She called us"})
    assert Membership.objects.get(group=world.group, contact=gone).state == "pending"
    assert "She called us" in operator.get(f"/groups/{world.group.pk}/members/consent/").content.decode()


def test_the_csv_holds_what_the_list_shows(operator, world):
    answer = operator.get(f"/groups/{world.locked.pk}/members/csv/?state=pending")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "e-mail,mobile,external id,state,joined,by"
    assert [line.split(",")[0] for line in lines[1:]] == ["ida.iversen@example.net"]


def test_log_and_proofs_are_saved_as_csv(operator, world):
    ida = Membership.objects.get(group=world.locked, state="pending").contact
    request = Consent.objects.get(act="asked", contact=ida.pk)
    confirm(ida, world.locked, request, ip="198.51.100.9", read="=cmd()")
    folder = f"/groups/{world.locked.pk}/members/consent"
    log = b"".join(operator.get(f"{folder}/csv/").streaming_content).decode()
    assert ",confirmed," in log
    proofs = b"".join(operator.get(f"{folder}/proofs/csv/").streaming_content).decode()
    assert "ida.iversen@example.net" in proofs
    assert "198.51.100.9" in proofs
    assert ",=cmd()" not in proofs


def test_a_text_is_shown_as_it_was_read(operator, world):
    text = Consent.objects.get(act="asked").text
    html = operator.get(f"/groups/{world.locked.pk}/members/consent/texts/{text.pk}/").content.decode()
    assert "Please confirm: {{ group.name }}" in html


def test_the_list_of_members_shows_consent_and_the_form(operator, world):
    html = operator.get(f"/groups/{world.locked.pk}/members/").content.decode()
    assert "from 192.0.2.7" in html
    assert "/s/" in html


def test_a_complaint_deactivates_a_member_for_good(operator, world):
    path = f"/groups/{world.group.pk}/members/{world.contact.pk}"
    assert "Nobody but they can" in operator.post(f"{path}/complain/", follow=True).content.decode()
    assert Membership.objects.get(group=world.group, contact=world.contact).state == "deactivated"
    operator.post(f"{path}/reactivate/")
    assert Membership.objects.get(group=world.group, contact=world.contact).state == "deactivated"


@pytest.mark.parametrize("state", ["pending", "deactivated"])
def test_members_in_whatever_state_are_unsubscribed(operator, world, state):
    Membership.objects.filter(group=world.group, contact=world.contact).update(state=state)
    page = operator.get(f"/groups/{world.group.pk}/members/?q=anna").content.decode()
    assert f"Unsubscribe {world.contact}" in page
    operator.post(f"/groups/{world.group.pk}/members/{world.contact.pk}/unsubscribe/")
    assert OptOut.objects.filter(contact=world.contact, group=world.group).exists()


def test_it_asks_before_several_members_are_removed(operator, world):
    people = list(Contact.objects.filter(memberships__group=world.group).order_by("pk")[:2])
    ids = [person.pk for person in people]
    path = f"/groups/{world.group.pk}/members/bulk/"
    assert b"Remove: 2 members" in operator.get(path, {"act": "remove", "contact": ids}).content
    assert Membership.objects.filter(group=world.group, contact__in=ids).count() == 2
    page = operator.post(path, {"act": "remove", "contact": ids}, follow=True).content.decode()
    assert "2 members removed" in page
    assert not Membership.objects.filter(group=world.group, contact__in=ids).exists()


@pytest.mark.parametrize("asked", ["", "?act=erase&contact=1", "?act=remove", "?act=remove&contact=x"])
def test_it_says_what_is_missing_for_several_members(operator, world, asked):
    assert operator.get(f"/groups/{world.group.pk}/members/bulk/{asked}").status_code == 409
