import pytest


@pytest.fixture
def group(make_group):
    return make_group()


@pytest.fixture
def anna(make_contact):
    return make_contact("anna@example.com")
