"""A field that names a saved selection."""

from typing import Any

from django import forms
from django.db.models.functions import Lower

from tidings.selections.models import Selection


class SelectionField(forms.ChoiceField):
    """One of the saved selections that aren't archived; cleaned to its id as text, or empty."""

    def __init__(self, *, none: str = "None", **kwargs: Any) -> None:
        super().__init__(choices=lambda: _choices(none), **kwargs)


def _choices(none: str) -> list[tuple[str, str]]:
    found = Selection.objects.filter(archived_at=None).order_by(Lower("name")).values_list("pk", "name")
    return [("", none), *((str(number), name) for number, name in found)]
