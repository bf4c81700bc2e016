"""The forms of the pages. Actions check what a value may be; a form reads it and shows what they say."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from tidings.accounts.errors import TooManySignIns
from tidings.accounts.sign_in import begin_attempt, end_well
from tidings.groups.models import Group
from tidings.kernel import clock
from tidings.kernel.errors import TidingsError
from tidings.kernel.network import client_network

T = TypeVar("T")


class StyledForm(forms.Form):
    """Gives each field the class of its kind, so that templates need not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)


def style(form: forms.BaseForm) -> None:
    """Gives each field the class of its kind."""
    for field in form.fields.values():
        is_choice = isinstance(field.widget, forms.Select)
        field.widget.attrs.setdefault("class", "form-select" if is_choice else "form-control")


def attempt(form: forms.BaseForm, action: Callable[[], T]) -> T | None:
    """What `action` returns; None if the form isn't valid or the action refuses, which the form then says."""
    if not form.is_valid():
        return None
    try:
        return action()
    except TidingsError as error:
        form.add_error(None, str(error))
        return None


class SometimesField(forms.CharField):
    """Needed in some cases, which its help text names; so neither required nor optional."""

    is_sometimes_needed = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


def with_our_line_ends(text: str) -> str:
    """The text of a form, in which browsers end lines in their own way."""
    return text.replace("\r\n", "\n")


class KindField(forms.ChoiceField):
    """Whether a group is a SuperGroup; an ordinary one unless said otherwise."""

    is_sometimes_needed = True  # so it isn't called optional

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", "Group: has members"), ("yes", "SuperGroup: has subgroups")]
        super().__init__(choices=choices, required=False, **kwargs)

    def clean(self, value: Any) -> bool:
        """Whether it is to be a SuperGroup."""
        return bool(super().clean(value))


class LoginForm(AuthenticationForm):
    """Address and password of somebody who operates Tidings."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail address"
        self.fields["username"].widget.attrs |= {"autofocus": True, "autocomplete": "username"}
        style(self)

    def clean(self) -> dict[str, Any]:
        """Tries the password, unless too many were wrong of late."""
        if self.errors:
            return super().clean()
        email, client = self.cleaned_data["username"], client_network(self.request) if self.request else ""
        try:
            begin_attempt(email, client, clock.now())
        except TooManySignIns as error:
            raise forms.ValidationError(str(error)) from None
        cleaned = super().clean()
        end_well(email, client)
        return cleaned


class WelcomeForm(StyledForm):
    """The first user of a new installation."""

    name = forms.CharField(max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput({"autocomplete": "username"}))
    password = forms.CharField(
        help_text="At least 10 characters.",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        strip=False,
    )


class SearchForm(StyledForm):
    """The search above a list of people."""

    q = forms.CharField(
        label="Beginning of an address, number or id",
        required=False,
        widget=forms.TextInput(
            {"type": "search", "placeholder": "Beginning of an address, number or id", "data-search": ""}
        ),
    )


class NewGroupForm(StyledForm):
    """What a group begins with."""

    name = forms.CharField(help_text="1 to 150 characters. Members may see it.")
    channel = forms.ChoiceField(
        choices=Group.Channel.choices, help_text="How messages reach the members. It can't be changed later."
    )
    address = SometimesField(
        label="Group address",
        widget=forms.TextInput({"placeholder": "news@example.org", "inputmode": "email"}),
        help_text="For e-mail groups: the address that messages come from. No other group can have it.",
    )
    category = forms.CharField(
        required=False,
        widget=forms.TextInput({"list": "categories"}),
        help_text="A label to find groups by. A new name makes a new category.",
    )
    is_supergroup = KindField(
        label="Kind",
        help_text="A SuperGroup sends to several groups at once. It can't be changed later.",
    )
    description = forms.CharField(required=False, widget=forms.Textarea({"rows": 3}))


class KeyForm(StyledForm):
    """The name by which an API key is told from others."""

    name = forms.CharField(
        max_length=100,
        help_text="What the key is for, such as “web shop”.",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
