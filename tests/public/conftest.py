"""What the public pages are tested with."""

import pytest
from django.test import Client


@pytest.fixture
def browser():
    """Somebody without session or cookies, of whom no form token is known."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def make_public_group(make_group):
    """Makes a group with these settings of its subscription; people may join it by its form."""

    def make(name="Weekly newsletter", **subscription):
        group = make_group(name)
        group.settings = {"subscription": {"public_form": True, **subscription}}
        group.save(update_fields=["settings"])
        return group

    return make
