"""The last look before a sendout: who gets it, from whom, when, and what is in the way."""

import re
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils import timezone

from tidings.groups.models import Group
from tidings.web.forms import StyledForm

# Above this many a click isn't enough: the number has to be typed.
TYPED_ABOVE_PEOPLE = 1_000

NOW, LATER = "now", "later"


@dataclass(frozen=True)
class Zone:
    """The zone that times are typed and shown in."""

    name: str
    offset: str
    now: datetime


def zone() -> Zone:
    """The zone of this installation."""
    now = timezone.localtime()
    offset = f"{now:%z}"
    return Zone(timezone.get_current_timezone_name(), f"UTC{offset[:3]}:{offset[3:5]}", now)


class ReviewForm(StyledForm):
    """What a sendout may differ in from what its group says, and the confirmation."""

    sender_name = forms.CharField(required=False, max_length=150)
    sender_address = forms.EmailField(required=False)
    when = forms.ChoiceField(choices=[(NOW, "Now"), (LATER, "At a time")], widget=forms.RadioSelect)
    at = forms.DateTimeField(
        label="Time",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    confirmed = forms.CharField(
        label="Number of people",
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, group: Group, people: int, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["sender_name"].widget.attrs["placeholder"] = group.sender_name or group.name
        self.fields["sender_address"].widget.attrs["placeholder"] = (
            group.sender_address or group.address or ""
        )
        self.fields["when"].widget.attrs["class"] = "form-check-input"

    @property
    def must_type(self) -> bool:
        """Whether the number of people has to be typed."""
        return self.people > TYPED_ABOVE_PEOPLE

    def clean_at(self) -> datetime | None:
        """A time to come if one is wanted, else None."""
        at: datetime | None = self.cleaned_data["at"]
        if self.cleaned_data.get("when") != LATER:
            return None
        if at is None:
            raise forms.ValidationError("Say when, or choose “Now”.")
        if at <= timezone.now():
            raise forms.ValidationError("This time is over. Choose a later one, or “Now”.")
        return at

    def clean_confirmed(self) -> str:
        """The typed number, which must be that of the people who get it now."""
        typed = str(self.cleaned_data["confirmed"])
        if self.must_type and re.sub(r"[\s,.'\u2019]", "", typed) != str(self.people):
            raise forms.ValidationError(
                f"Type {self.people:,} to confirm: that many people would get it now."
            )
        return typed
