"""The page of saved mappings."""

import re

from tidings.attributes.rules import BUILT_IN
from tidings.imports.models import SavedMapping
from tidings.imports.rules.mapping import Column, Mapping
from tidings.imports.saved import keep


def kept(name: str) -> SavedMapping:
    return keep(name, Mapping((Column("E-Mail", BUILT_IN["email"]), Column("Fax"))), by=None)


def test_it_says_what_to_do_before_there_is_one(operator):
    SavedMapping.objects.all().delete()
    assert b"No mapping was saved yet" in operator.get("/imports/mappings/").content


def test_it_shows_what_each_column_means(operator):
    kept("<b>CRM</b>")
    shown = operator.get("/imports/mappings/").content.decode()
    assert "&lt;b&gt;CRM&lt;/b&gt;" in shown
    assert {"E-Mail → email", "Fax → ignore"} <= set(re.findall(r"[\w-]+ → \w+", shown))


def test_it_deletes_one(operator):
    mapping = kept("Shop")
    assert operator.post(f"/imports/mappings/{mapping.pk}/forget/").url == "/imports/mappings/"
    assert not SavedMapping.objects.filter(name="Shop").exists()


def test_deleting_one_that_is_gone_is_told(operator):
    assert operator.post("/imports/mappings/999/forget/").status_code == 404
