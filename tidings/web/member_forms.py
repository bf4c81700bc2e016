"""The forms of a group's members: what the list is narrowed to, who is added and how."""

from typing import Any
from urllib.parse import urlencode

from django import forms

from tidings.groups.models import Group
from tidings.groups.settings import Joining
from tidings.memberships.models import Consent, Letter, Membership
from tidings.selections.queries import those
from tidings.web.forms import SearchForm, StyledForm
from tidings.web.narrowing import whom
from tidings.web.pasting import LINES_AT_MOST
from tidings.web.selection_field import SelectionField

JOINING_WORDS = [
    (Joining.SILENT.value, "Silently: they are told nothing"),
    (Joining.NOTICE.value, "With notice: they get a letter of welcome"),
    (Joining.DOUBLE_OPT_IN.value, "Double opt-in: they are pending until they confirm by a letter"),
]


class MemberFilter(SearchForm):
    """What the list of members is narrowed to; the address of the page keeps it."""

    state = forms.ChoiceField(choices=[("", "Any state"), *Membership.State.choices], required=False)
    where = forms.CharField(
        label="Only those whom a rule picks",
        required=False,
        widget=forms.TextInput({"placeholder": 'Rule: city = "Berlin"', "spellcheck": "false"}),
    )
    selection = SelectionField(label="Only those of a saved selection", none="Any selection", required=False)

    @property
    def wanted(self) -> dict[str, Any]:
        """What is asked for besides a rule."""
        return {"prefix": self.cleaned_data["q"], "state": self.cleaned_data["state"]}

    @property
    def address(self) -> str:
        """What is asked for, as a query."""
        return urlencode({name: str(value) for name, value in self.cleaned_data.items() if value})

    def among(self, group: Group) -> Any:
        """Those whom the rule picks; None without a rule. Raises what is wrong with it."""
        picked = whom(self.cleaned_data)
        return picked and those(picked.rule, group)


class LogFilter(StyledForm):
    """Which entries of the log of consent are shown."""

    act = forms.ChoiceField(choices=[("", "All entries"), *Consent.Act.choices], required=False)


class LetterFilter(StyledForm):
    """Which letters are shown."""

    state = forms.ChoiceField(choices=[("", "Any state"), *Letter.State.choices], required=False)


class PasteForm(StyledForm):
    """Addresses, one per line, and how their people join."""

    lines = forms.CharField(
        label="E-mail addresses, one per line",
        widget=forms.Textarea(
            {"rows": 8, "spellcheck": "false", "placeholder": "anna@example.org\nben@example.org"}
        ),
        help_text=f"Up to {LINES_AT_MOST:,} lines. More are an import.",
    )
    mode = forms.ChoiceField(
        label="How they join",
        choices=JOINING_WORDS,
        required=False,
        help_text="What letters say stands in the settings, on the tab Subscription.",
    )


class OverrideForm(StyledForm):
    """Why somebody who opted out is asked back."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
        help_text="How the person asked for it. It is kept in the log of consent.",
    )
