"""A field that names a group, with proposals while one types."""

from typing import Any

from django import forms
from django.urls import reverse_lazy

from tidings.groups.models import Group
from tidings.groups.queries import find, search
from tidings.kernel.errors import NotFound

PROPOSALS = 10
LIST = "group-choices"  # the id of the list of proposals: components/group_choices.html


class GroupField(forms.CharField):
    """The id or address of a group; cleaned to the group, or None if it is empty."""

    def __init__(self, **kwargs: Any) -> None:
        proposing = {
            "list": LIST,
            "placeholder": "Name, address or id",
            "autocomplete": "off",
            "hx-get": reverse_lazy("web:group-choices"),
            "hx-trigger": "focus once, input changed delay:200ms",
            "hx-target": f"#{LIST}",
            "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
        }
        super().__init__(widget=forms.TextInput(proposing), **kwargs)

    def clean(self, value: Any) -> Group | None:
        """The group that is named; its name alone will do if no other is called so."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return find(text)
        except NotFound:
            return _called(text)


def _called(name: str) -> Group:
    match list(Group.objects.filter(name__iexact=name)[:2]):
        case [group]:
            return group
        case []:
            raise forms.ValidationError(f"There is no group “{name}”.")
    raise forms.ValidationError(f"Several groups are called “{name}”. Name one by its address or id.")


def proposals(text: str) -> list[Group]:
    """A few groups whose name, address or id matches."""
    return list(search(text)[:PROPOSALS])
