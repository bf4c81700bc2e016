"""A field that names a saved selection."""

from typing import Any

from django import forms
from django.db.models.functions import Lower

from tidings.selections.models import Selection


class SelectionField(forms.ChoiceField):
    """One of the saved selections that aren't archived; cleaned to its id as text, or empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=_choices, **kwargs)


def _choices() -> list[tuple[str, str]]:
    found = Selection.objects.filter(archived_at=None).order_by(Lower("name")).values_list("pk", "name")
    return [("", "None"), *((str(number), name) for number, name in found)]
