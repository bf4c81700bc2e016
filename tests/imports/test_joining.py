"""How people come in by an import: silently, with a letter of welcome, or pending until they confirm."""

import pytest

from tidings.contacts.models import Contact
from tidings.groups import actions as groups
from tidings.groups import lifecycle
from tidings.imports.errors import NobodyJoins
from tidings.imports.models import Import
from tidings.imports.rules.mapping import Key
from tidings.imports.rules.recognise import Unknown
from tidings.kernel import db
from tidings.memberships import actions as memberships
from tidings.memberships import own_acts
from tidings.memberships.errors import NoLetters
from tidings.memberships.models import Consent, Letter, Membership
from tidings.memberships.queries import count_members

NOTICE, DOUBLE_OPT_IN = "notice", "double_opt_in"
FILE = "email,language\nanna@example.com,de-AT\nberta@example.com,fr\n"


@pytest.fixture
def group(make_group):
    return make_group()


def join(contact, group) -> None:
    memberships.add(contact, group, source=Membership.Source.PAGE, by=None)


def states(group) -> dict[str, str]:
    return dict(Membership.objects.filter(group=group).values_list("contact__email", "state"))


def letters(group) -> list[tuple[str, str]]:
    """Kind and addressee of each letter."""
    emails = dict(Contact.objects.values_list("pk", "email"))
    return [(letter.kind, emails[letter.contact_id]) for letter in Letter.objects.filter(group=group)]


def queued() -> list[list[int]]:
    """The letters of each job."""
    jobs = (
        "SELECT args -> 'letter_ids' AS ids FROM procrastinate_jobs WHERE task_name = 'sendouts.send_letters'"
    )
    return [row["ids"] for row in db.rows(jobs)]


def test_with_notice_everybody_who_joins_is_welcomed(group, make_contact, import_file):
    make_contact(email="berta@example.com")
    run = import_file(group, FILE, joining=NOTICE)
    assert states(group) == {"anna@example.com": "active", "berta@example.com": "active"}
    assert sorted(letters(group)) == [("welcome", "anna@example.com"), ("welcome", "berta@example.com")]
    assert run.letters == 2


def test_members_are_not_welcomed_again(group, make_contact, import_file):
    join(make_contact(email="berta@example.com"), group)
    import_file(group, FILE, joining=NOTICE)
    assert letters(group) == [("welcome", "anna@example.com")]


def test_by_double_opt_in_people_are_pending_until_they_confirm(group, import_file):
    import_file(group, FILE, joining=DOUBLE_OPT_IN)
    assert set(states(group).values()) == {"pending"}
    anna = Contact.objects.get(email="anna@example.com")
    request = Consent.objects.get(contact=anna.pk, act="asked")
    assert own_acts.confirm(anna, group, request) == "active"
    assert count_members([group.pk])[group.pk].active == 1


def test_a_letter_to_confirm_names_its_request_and_has_a_message_id_of_its_own(group, import_file):
    import_file(group, FILE, joining=DOUBLE_OPT_IN)
    for letter in Letter.objects.select_related("request"):
        assert letter.request.contact == letter.contact_id
        assert letter.request.text_id == letter.text_id
        domain = group.address.partition("@")[2]
        assert letter.message_id == f"<letter.{letter.pk}.{letter.contact_id}@{domain}>"


def test_each_reads_the_letter_in_their_language_or_else_in_that_of_the_group(group, import_file):
    import_file(group, FILE, joining=DOUBLE_OPT_IN)
    subjects = {letter.contact_id: letter.text.subject for letter in Letter.objects.select_related("text")}
    anna, berta = Contact.objects.order_by("email")
    assert subjects[anna.pk].startswith("Bitte bestätigen")
    assert subjects[berta.pk].startswith("Please confirm")


def test_the_words_of_the_group_are_used(group, import_file):
    group.settings = {"subscription": {"welcome": {"subject": "Servus", "text": "Hello"}}}
    group.save(update_fields=["settings"])
    import_file(group, FILE, joining=NOTICE)
    assert {letter.text.subject for letter in Letter.objects.select_related("text")} == {"Servus"}


def test_silently_nobody_gets_a_letter(group, import_file):
    run = import_file(group, FILE)
    assert (letters(group), run.letters) == ([], 0)


def test_who_opted_out_gets_no_letter(group, make_contact, import_file, outcomes):
    memberships.unsubscribe(make_contact(email="berta@example.com"), group.pk, source="link")
    run = import_file(group, FILE, joining=DOUBLE_OPT_IN)
    assert outcomes(run) == {"created": 1, "kept_out": 1}
    assert letters(group) == [("confirm", "anna@example.com")]


def test_a_dry_run_writes_no_letter(group, import_file):
    run = import_file(group, FILE, joining=DOUBLE_OPT_IN, dry_run=True)
    assert (run.created, run.letters, Letter.objects.count()) == (2, 0, 0)


def test_a_member_with_a_changed_address_is_asked_to_confirm_it(group, import_file):
    anna = Contact.objects.create(email="old@example.com", external_id="A")
    join(anna, group)
    run = import_file(group, "external_id,email\nA,new@example.com\n", key=Key.EXTERNAL_ID)
    assert states(group) == {"new@example.com": "pending"}
    assert (letters(group), run.letters) == ([("confirm", "new@example.com")], 1)


def test_a_known_contact_who_joins_under_a_changed_address_is_asked_whatever_the_joining(group, import_file):
    Contact.objects.create(email="old@example.com", external_id="A")
    import_file(group, "external_id,email\nA,new@example.com\n", key=Key.EXTERNAL_ID, joining=NOTICE)
    assert letters(group) == [("confirm", "new@example.com")]


def test_a_changed_address_is_pending_and_asked_in_each_group_as_it_is_by_the_page(
    group, make_group, import_file
):
    other, archived, german = make_group(), make_group(), make_group()
    german.language = "de"
    german.save(update_fields=["language"])
    anna = Contact.objects.create(email="old@example.com", external_id="A")
    for each in (other, archived, german):
        join(anna, each)
    lifecycle.archive(archived, by=None)
    run = import_file(group, "external_id,email\nA,new@example.com\n", key=Key.EXTERNAL_ID)
    assert [states(each) for each in (other, archived, german)] == [{"new@example.com": "pending"}] * 3
    assert [len(letters(each)) for each in (group, other, archived, german)] == [1, 1, 0, 1]
    assert run.letters == 3
    assert Letter.objects.get(group=german).text.subject.startswith("Bitte bestätigen")
    assert count_members([other.pk])[other.pk].by_state == {"active": 0, "pending": 1}
    assert Letter.objects.count() == sum(map(len, queued()))


def test_an_import_into_a_group_for_sms_asks_for_the_e_mail_address_it_changes(make_group, import_file):
    texts, other = groups.create("Texts", channel="sms", by=None), make_group()
    anna = Contact.objects.create(email="old@example.com", mobile="+491713920001", external_id="A")
    join(anna, other)
    import_file(texts, "external_id,email\nA,new@example.com\n", key=Key.EXTERNAL_ID)
    assert (states(other), states(texts)) == ({"new@example.com": "pending"}, {"new@example.com": "active"})


@pytest.mark.parametrize("mode", [Import.Mode.ADD, Import.Mode.JOIN])
def test_nobody_is_asked_whose_address_a_mode_leaves(group, make_group, import_file, mode):
    other = make_group()
    join(Contact.objects.create(email="old@example.com", external_id="A"), other)
    import_file(group, "external_id,email\nA,new@example.com\n", key=Key.EXTERNAL_ID, mode=mode)
    assert (states(other), letters(other)) == ({"old@example.com": "active"}, [])


def test_the_number_of_members_stays_true_when_the_address_of_a_pending_member_changes(group, import_file):
    anna = Contact.objects.create(email="old@example.com", external_id="A")
    join(anna, group)
    for city in ("Graz", "Linz"):
        content = f"external_id,email,member.card\nA,{city}@example.com,{city}\n"
        import_file(group, content, key=Key.EXTERNAL_ID, unknown=Unknown.CREATE)
    counts = count_members([group.pk])[group.pk]
    assert (counts.active, counts.total) == (0, 1)


def test_many_letters_are_few_jobs(group, import_file):
    rows = "".join(f"person{number}@example.com\n" for number in range(450))
    import_file(group, f"email\n{rows}", joining=NOTICE)
    assert [len(ids) for ids in queued()] == [200, 200, 50]
    assert sorted(id_ for ids in queued() for id_ in ids) == list(
        Letter.objects.order_by("pk").values_list("pk", flat=True)
    )


@pytest.mark.parametrize("mode", [Import.Mode.UPDATE, Import.Mode.REMOVE])
def test_where_nobody_joins_nobody_can_be_told(group, start, mode):
    with pytest.raises(NobodyJoins):
        start(group, FILE, mode=mode, joining=NOTICE)
    assert Import.objects.count() == 0


def test_a_group_without_letters_takes_people_silently_only(db, start):
    sms = groups.create("Short news", channel="sms", by=None)
    with pytest.raises(NoLetters):
        start(sms, "mobile\n+491713920001\n", joining=NOTICE)
    assert Import.objects.count() == 0
