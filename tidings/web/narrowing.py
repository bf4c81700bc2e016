"""The fields that narrow the members of a group, and what they say."""

from typing import Any

from django import forms

from tidings.selections.choosing import Chosen, chosen
from tidings.web.selection_field import SelectionField

NAMES = ("where", "selection")


def where_field() -> forms.CharField:
    """A rule as text."""
    return forms.CharField(
        label="Only those",
        required=False,
        widget=forms.Textarea(
            {
                "rows": 2,
                "class": "form-control source",
                "placeholder": 'city = "Berlin"',
                "spellcheck": "false",
            }
        ),
        help_text="A rule, as the builder of selections shows it. Leave it empty for all of them.",
    )


def selection_field() -> SelectionField:
    """A saved rule."""
    return SelectionField(label="Or those of a saved selection", required=False)


def whom(said: Any) -> Chosen | None:
    """What the fields of a form, or an address, say; raises what is wrong with the rule."""
    return chosen(said.get("where", ""), said.get("selection", ""))
