import pytest

from demo import headers
from tidings.attributes.rules import BUILT_IN, Attribute, DateOrder, Kind
from tidings.imports.rules import errors
from tidings.imports.rules.mapping import Column, Key, Mapping
from tidings.imports.rules.recognise import Unknown, parse_choice, recognise

GOOGLE_OLD = [
    "Name", "Given Name", "Additional Name", "Family Name", "Yomi Name", "Name Prefix", "Nickname",
    "Birthday", "Gender", "Notes", "Language", "Group Membership", "E-mail 1 - Type", "E-mail 1 - Value",
    "E-mail 2 - Type", "E-mail 2 - Value", "Phone 1 - Type", "Phone 1 - Value", "Organization 1 - Name",
    "Custom Field 1 - Value",
]  # fmt: skip
OUTLOOK_ENGLISH = [
    "Title", "First Name", "Middle Name", "Last Name", "Suffix", "Company", "Department", "Job Title",
    "Business Street", "Business City", "Business Country/Region", "Home Street", "Home City",
    "Home Postal Code", "Home Country/Region", "Other Street", "Assistant's Phone", "Business Fax",
    "Mobile Phone", "TTY/TDD Phone", "Account", "Anniversary", "Birthday", "Business Address PO Box",
    "E-mail Address", "E-mail Type", "E-mail Display Name", "E-mail 2 Address", "E-mail 2 Type",
    "E-mail 2 Display Name", "Gender", "Internet Free Busy", "Language", "User 1", "Web Page",
]  # fmt: skip
HUBSPOT = [
    "Record ID",
    "First Name",
    "Last Name",
    "Email",
    "Phone Number",
    "Contact owner",
    "Create Date (CET)",
]
BREVO = ["CONTACT ID", "EMAIL", "FIRSTNAME", "LASTNAME", "SMS", "EXT_ID", "ADDED_TIME", "MODIFIED_TIME"]


def attributes_made(mapping: Mapping) -> tuple[Attribute | None, ...]:
    """What has to be in the catalogue before the run."""
    return tuple(column.attribute for column in mapping.new_columns)


def targets(mapping: Mapping) -> dict[str, str]:
    return {column.attribute.key: column.header for column in mapping.columns if column.attribute}


def test_it_reads_an_audience_of_mailchimp():
    mapping = recognise(headers.MAILCHIMP)
    assert mapping.source == "Mailchimp"
    assert targets(mapping) == {
        "email": "Email Address",
        "first_name": "First Name",
        "last_name": "Last Name",
        "mobile": "Phone Number",
        "country": "CC",
        "time_zone": "TIMEZONE",
        "address": "Address",
        "birthday": "Birthday",
    }


def test_a_birthday_of_mailchimp_has_no_year_and_becomes_a_text():
    assert attributes_made(recognise(headers.MAILCHIMP)) == (
        Attribute("address", "Address", Kind.TEXT),
        Attribute("birthday", "Birthday", Kind.TEXT),
    )


def test_it_reads_both_exports_of_google():
    new, old = recognise(headers.GOOGLE), recognise(GOOGLE_OLD)
    assert (new.source, old.source) == ("Google Contacts", "Google Contacts")
    assert (targets(new)["first_name"], targets(old)["first_name"]) == ("First Name", "Given Name")
    assert targets(new)["email"] == targets(old)["email"] == "E-mail 1 - Value"
    assert "E-mail 2 - Value" in old.ignored


def test_it_reads_the_german_export_of_outlook():
    mapping = recognise(headers.OUTLOOK_GERMAN)
    assert mapping.source == "Outlook (German)"
    assert targets(mapping) == {
        "title": "Anrede",
        "first_name": "Vorname",
        "last_name": "Nachname",
        "city": "Ort privat",
        "zip_code": "Postleitzahl privat",
        "country": "Land/Region privat",
        "mobile": "Mobiltelefon",
        "email": "E-Mail-Adresse",
        "date_of_birth": "Geburtstag",
        "language": "Sprache",
    }


def test_it_reads_the_english_export_of_outlook():
    mapping = recognise(OUTLOOK_ENGLISH)
    assert mapping.source == "Outlook"
    assert targets(mapping)["city"] == "Home City"
    assert "Business City" in mapping.ignored


def test_a_business_city_is_used_where_there_is_no_other():
    header = [name for name in OUTLOOK_ENGLISH if name != "Home City"]
    assert targets(recognise(header))["city"] == "Business City"


def test_it_reads_exports_of_hubspot_and_brevo():
    assert targets(recognise(HUBSPOT))["mobile"] == "Phone Number"
    assert targets(recognise(BREVO))["external_id"] == "EXT_ID"


@pytest.mark.parametrize(
    "header",
    [
        ["email", "first name", "last name", "zip code", "date of birth"],
        ["E-Mail", "Vorname", "Nachname", "PLZ", "Geburtsdatum"],
        ["EMAIL_ADDRESS", "FirstName", "Surname", "Postcode", "DOB"],
    ],
)
def test_it_reads_sheets_in_english_and_german(header):
    mapping = recognise(header)
    assert list(targets(mapping)) == ["email", "first_name", "last_name", "zip_code", "date_of_birth"]
    assert mapping.source == ""


def test_it_reads_files_of_mapp_engage():
    size = Attribute("Shoe size", "Shoe size", Kind.NUMBER)
    mapping = recognise(
        ["user.Identifier", "user.Email", "user.FIRSTNAME", "user.CustomAttribute.shoe size"],
        catalogue=[size],
    )
    assert (mapping.source, mapping.key) == ("Mapp Engage", Key.EXTERNAL_ID)
    assert mapping.columns[3] == Column("user.CustomAttribute.shoe size", size)


def test_a_new_attribute_of_mapp_engage_gets_its_own_name():
    header = ["user.Email", "user.CustomAttribute.Shoe size"]
    mapping = recognise(header, unknown=Unknown.CREATE)
    assert attributes_made(mapping) == (Attribute("shoe size", "Shoe size"),)


def test_a_column_named_like_a_custom_attribute_fills_it():
    size = Attribute("Shoe size", "Shoe size", Kind.NUMBER)
    assert recognise(["email", "SHOE  SIZE"], catalogue=[size]).columns[1].attribute == size


def test_unknown_columns_stop_and_the_error_says_how_to_map_them():
    with pytest.raises(errors.UnknownColumns) as caught:
        recognise(["email", "Shoe size", "Nickname of cat"])
    assert '"Shoe size", "Nickname of cat"' in str(caught.value)
    assert '--map "COLUMN=ignore"' in str(caught.value)


def test_unknown_columns_can_be_left_out():
    assert recognise(["email", "Shoe size"], unknown=Unknown.IGNORE).ignored == ("Shoe size",)


def test_a_person_may_say_what_columns_mean():
    choices = {"shoe SIZE": "new", "who": "First name", "junk": "ignore"}
    mapping = recognise(["email", "Shoe size", "Who", "Junk"], choices=choices)
    assert targets(mapping) == {"email": "email", "shoe size": "Shoe size", "first_name": "Who"}
    assert mapping.ignored == ("Junk",)


def test_what_a_person_says_wins_over_what_an_export_is_known_for():
    mapping = recognise(GOOGLE_OLD, choices={"E-mail 2 - Value": "email"})
    assert targets(mapping)["email"] == "E-mail 2 - Value"
    assert "E-mail 1 - Value" in mapping.ignored


def test_it_refuses_choices_about_columns_or_attributes_that_do_not_exist():
    with pytest.raises(errors.NoSuchColumn, match="Shoes"):
        recognise(["email"], choices={"Shoes": "ignore"})
    with pytest.raises(errors.NoSuchTarget, match="shoes"):
        recognise(["email", "x"], choices={"x": "shoes"})


def test_a_list_of_people_who_left_is_no_list_of_contacts():
    with pytest.raises(errors.OptOutFile, match="blacklist"):
        recognise([*headers.MAILCHIMP, "UNSUB_TIME"])


def test_it_refuses_a_header_that_names_nobody():
    with pytest.raises(errors.NoIdentityColumn, match="e-mail address"):
        recognise(["first name", "city"])


def test_without_addresses_an_external_id_or_number_tells_people_apart():
    assert recognise(["customer id", "city"]).key is Key.EXTERNAL_ID
    assert recognise(["phone", "city"]).key is Key.MOBILE


def test_it_refuses_a_key_that_the_file_does_not_have():
    with pytest.raises(errors.NoIdentityColumn, match="external id"):
        recognise(["email"], key=Key.EXTERNAL_ID)


def test_it_refuses_two_columns_for_one_attribute():
    with pytest.raises(errors.SeveralColumnsForOne, match='"E-Mail", "Email Address" all mean email'):
        recognise(["E-Mail", "Email Address"])


@pytest.mark.parametrize(
    ("header", "error"),
    [
        ([], errors.EmptyHeader),
        (["", " "], errors.EmptyHeader),
        (["email", "city", "City "], errors.DuplicateColumns),
        (["email", "ci\0ty"], errors.BadColumnName),
        (["email", "stra\udcffe"], errors.BadColumnName),
        (["email", "x" * 201], errors.BadColumnName),
        (["email", *(f"c{n}" for n in range(2_000))], errors.TooManyColumns),
    ],
)
def test_it_refuses_headers_that_no_mapping_can_help(header, error):
    with pytest.raises(error) as caught:
        recognise(header, unknown=Unknown.IGNORE)
    assert isinstance(caught.value, errors.HeaderError)


def test_it_refuses_to_create_an_attribute_with_too_long_a_name():
    with pytest.raises(errors.BadColumnName, match="80 characters"):
        recognise(["email", "x" * 81], unknown=Unknown.CREATE)


def test_a_sample_of_rows_proves_the_order_of_day_and_month():
    mapping = recognise(
        ["email", "birthday"], sample=[("a@x.de", "03/04/1990"), ("b@x.de", "12/25/1990"), ()]
    )
    assert mapping.date_order is DateOrder.MONTH_FIRST


def test_it_reads_choices_from_the_command_line():
    assert parse_choice("E-mail = 1=email") == ("E-mail = 1", "email")


@pytest.mark.parametrize("option", ["email", "=email", "col="])
def test_it_refuses_choices_of_another_form(option):
    with pytest.raises(errors.BadMapOption):
        parse_choice(option)


def test_a_mapping_survives_being_stored():
    size = Attribute("Size", "Size", Kind.CHOICE, ("S", "M"))
    columns = (Column("E", BUILT_IN["email"]), Column("x"), Column("Size", size, is_new=True))
    mapping = Mapping(columns, Key.EMAIL, "Excel", DateOrder.DAY_FIRST, "DE")
    assert Mapping.from_dict(mapping.to_dict()) == mapping


@pytest.mark.parametrize(
    "columns", [(), (Column("city", BUILT_IN["city"]),), (Column("a", BUILT_IN["email"]),) * 2]
)
def test_a_mapping_needs_its_key_exactly_once(columns):
    with pytest.raises(errors.BadMapping):
        Mapping(columns)


def test_it_refuses_a_stored_mapping_that_makes_no_sense():
    with pytest.raises(errors.BadMapping):
        Mapping.from_dict({"columns": [{"header": "x"}]})
