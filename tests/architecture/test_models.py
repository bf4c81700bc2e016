"""What the database itself guards."""

import pytest
from django.apps import apps
from django.db.models import CheckConstraint

MODELS = [model for model in apps.get_models() if model.__module__.startswith("tidings.")]
CHOICES = [(model, field) for model in MODELS for field in model._meta.fields if field.choices]
# A row of these is made by the package alone, and a wrong word in it would only read oddly.
UNGUARDED = {
    "attributes.Attribute.type",
    "imports.Import.mode",
    "locks.Process.kind",
    "locks.Waiter.kind",
    "memberships.Membership.source",
    "memberships.Tally.state",
    "sendouts.Doubt.resolution",
}


def guarded(model) -> list[tuple[str, set[str]]]:
    """Fields that a CHECK holds to some words, with those words."""
    checks = [c.condition for c in model._meta.constraints if isinstance(c, CheckConstraint)]
    children = [child for check in checks for child in check.children if isinstance(child, tuple)]
    return [(name.removesuffix("__in"), set(words)) for name, words in children if name.endswith("__in")]


@pytest.mark.parametrize(("model", "field"), CHOICES, ids=[f"{m._meta.label}.{f.name}" for m, f in CHOICES])
def test_the_database_stores_only_the_words_there_are(model, field):
    words = {word for word, _ in field.choices}
    if f"{model._meta.label}.{field.name}" not in UNGUARDED:
        assert (field.name, words) in guarded(model)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_table_has_a_name_of_its_own(model):
    assert model._meta.db_table != f"{model._meta.app_label}_{model._meta.model_name}"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_row_can_be_named(model):
    assert "__str__" in vars(model) or model._meta.label == "files.Chunk"
