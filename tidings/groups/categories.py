"""Making, renaming and deleting categories. A group gets one by its settings, on the tab General."""

from django.db import IntegrityError, transaction

from tidings.accounts.models import User
from tidings.groups import rules
from tidings.groups.errors import CategoryTaken
from tidings.groups.models import Category, Group
from tidings.journal.actions import record


def create(name: str, *, by: User | None) -> Category:
    """A new category; raises `CategoryTaken` if there is one of that name, whatever its case."""
    category = Category(name=rules.category_name(name))
    with transaction.atomic():
        _save(category)
        record("category.created", category.pk, by=by, name=category.name)
    return category


def rename(category: Category, name: str, *, by: User | None) -> Category:
    """Gives it another name; its groups keep it."""
    with transaction.atomic():
        category = Category.objects.select_for_update().get(pk=category.pk)
        before, category.name = category.name, rules.category_name(name)
        if category.name != before:
            _save(category)
            record("category.renamed", category.pk, by=by, before=before, after=category.name)
    return category


def delete(category: Category, *, by: User | None) -> int:
    """Deletes a category; its groups become uncategorised. How many those are."""
    with transaction.atomic():
        # No group gets the category between the count and its end.
        category = Category.objects.select_for_update().get(pk=category.pk)
        groups = Group.objects.filter(category=category).count()
        number, name = category.pk, category.name
        category.delete()
        record("category.deleted", number, by=by, name=name, groups=groups)
    return groups


def _save(category: Category) -> None:
    try:
        with transaction.atomic():
            category.save()
    except IntegrityError as error:
        if "categories_name_once" in str(error):
            raise CategoryTaken(name=category.name) from None
        raise
