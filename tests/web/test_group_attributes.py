def test_it_sets_a_group_attribute(operator, world):
    address = f"/groups/{world.group.pk}/attributes/"
    assert operator.post(address, {"name": "price", "value": "15.00 EUR"}).url == address
    assert world.group.attributes.get(name="Price").value == "15.00 EUR"


def test_it_says_at_the_form_what_an_attribute_can_not_be(operator, world):
    answer = operator.post(f"/groups/{world.group.pk}/attributes/", {"name": "x" * 101, "value": "1"})
    assert answer.status_code == 200
    assert b"1 to 100 characters" in answer.content


def test_it_removes_a_group_attribute_once(operator, world):
    address = f"/groups/{world.group.pk}/attributes/remove/"
    assert b"is removed" in operator.post(address, {"name": "Price"}, follow=True).content
    assert (
        b"There is no group attribute Price" in operator.post(address, {"name": "Price"}, follow=True).content
    )
