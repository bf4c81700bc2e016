from tidings.kernel.errors import TidingsError


class ShopClosed(TidingsError):
    """The shop in {street} is closed
    until {hour} o'clock.
    """


def test_an_errors_message_is_its_docstring_filled_with_facts():
    assert str(ShopClosed(street="Elm Street", hour=9)) == "The shop in Elm Street is closed until 9 o'clock."


def test_an_error_keeps_its_facts_for_programs():
    assert ShopClosed(street="Elm Street", hour=9).facts == {"street": "Elm Street", "hour": 9}


def test_an_error_has_a_name_for_programs():
    assert ShopClosed(street="Elm Street", hour=9).code == "shop_closed"
