"""Mobile numbers as people of ten countries write them: with their country code, and as they dial at home."""

import pytest

from tidings.contacts.rules import AddressFault, is_country, normalise_mobile

# country, at home, abroad, as it is stored
NUMBERS = [
    ("DE", "0171 3920042", "+49 171 3920042", "+491713920042"),
    ("AT", "0664 1234567", "0043 664 1234567", "+436641234567"),
    ("CH", "079 123 45 67", "+41 (0)79 123 45 67", "+41791234567"),
    ("FR", "06 12 34 56 78", "+33 6 12 34 56 78", "+33612345678"),
    ("GB", "07400 123456", "+44 (0) 7400 123456", "+447400123456"),
    ("US", "(201) 555-0123", "+1 201-555-0123", "+12015550123"),
    ("IT", "312 345 6789", "+39 312 345 6789", "+393123456789"),
    ("PL", "512 345 678", "+48 512 345 678", "+48512345678"),
    ("BR", "(11) 96123-4567", "+55 11 96123-4567", "+5511961234567"),
    ("IN", "081234 56789", "+91 81234-56789", "+918123456789"),
]


@pytest.mark.parametrize(("country", "home", "abroad", "stored"), NUMBERS)
def test_a_number_is_stored_alike_however_it_is_written(country, home, abroad, stored):
    assert normalise_mobile(home, country) == normalise_mobile(abroad, country) == stored


@pytest.mark.parametrize(("country", "home", "abroad", "stored"), NUMBERS)
def test_without_a_country_only_the_country_code_tells(country, home, abroad, stored):
    assert normalise_mobile(home) is AddressFault.BAD_MOBILE
    assert normalise_mobile(abroad) == stored
    assert normalise_mobile(abroad, "DE" if country != "DE" else "FR") == stored


def test_a_country_is_two_letters_that_have_numbers():
    assert is_country("de")
    assert not any(map(is_country, ["", "XX", "DEU", "49", "ẞ"]))
