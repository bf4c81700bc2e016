"""The form of a single send: whom, within which group, and a field for each parameter that the message shows."""

from typing import Any

from django import forms

from tidings.messaging.models import Version
from tidings.sendouts.parameters import parameters_of
from tidings.sendouts.singles import only_group
from tidings.web.forms import style
from tidings.web.group_field import GroupField

PARAMETER = "param-"


class SingleForm(forms.Form):
    """One message to one contact."""

    address = forms.CharField(
        label="E-mail address",
        max_length=320,
        help_text="Who isn't known yet becomes a contact in no group.",
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off", "inputmode": "email"}),
    )
    group = GroupField(label="Group", help_text="It is the sender, and its blacklist and rules hold.")

    def __init__(self, version: Version, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"group": _address_of_only_group()})
        super().__init__(*args, **kwargs)
        for name, is_needed in parameters_of(version).items():
            self.fields[PARAMETER + name] = forms.CharField(label=name, required=is_needed)
        style(self)

    @property
    def parameters(self) -> dict[str, str]:
        """What was given for the parameters."""
        given = self.cleaned_data.items()
        return {name.removeprefix(PARAMETER): value for name, value in given if name.startswith(PARAMETER)}


def _address_of_only_group() -> str:
    group = only_group()
    return (group and group.address) or ""
