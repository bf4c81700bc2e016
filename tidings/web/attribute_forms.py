"""The forms of the pages about attributes."""

from typing import Any

from django import forms

from tidings.attributes.models import Attribute
from tidings.web.forms import StyledForm


class _Lines(forms.CharField):
    """Texts, one per line, as a list."""

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class TypeForm(StyledForm):
    """What kind of values an attribute has."""

    kind = forms.ChoiceField(label="Type", choices=Attribute.Type.choices)
    choices = _Lines(
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="With the type Choice: what there is to choose from, one per line.",
    )


class DefinitionForm(TypeForm):
    """A new attribute."""

    name = forms.CharField(
        max_length=200,
        help_text="1 to 80 characters, the same whatever its case. Files and messages name it.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(
        label="Says something of",
        choices=[
            (Attribute.Scope.PROFILE.value, "a contact, in all groups (profile attribute)"),
            (Attribute.Scope.MEMBER.value, "a contact in one group (member attribute)"),
        ],
    )
    field_order = ("name", "scope", "kind", "choices")


class SpellingForm(StyledForm):
    """The name in another spelling."""

    name = forms.CharField(max_length=200, help_text="Case and spaces may change.")


class ChoiceForm(StyledForm):
    """One more choice."""

    choice = forms.CharField(label="New choice", widget=forms.TextInput({"autocomplete": "off"}))
