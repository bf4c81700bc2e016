"""The forms of messages: what they are narrowed to, begin with, say, and are known as."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django import forms
from django.db.models import QuerySet

from tidings.kernel.errors import Refused
from tidings.messaging.actions import NAME_LENGTH
from tidings.messaging.builtin import TEMPLATES, builtin
from tidings.messaging.drafts import Start
from tidings.messaging.models import Message, Version
from tidings.messaging.queries import ORDERS, find_version, listed, ordered
from tidings.web.forms import SometimesField, StyledForm, with_our_line_ends

KINDS = {"": None, "message": False, "template": True}
ARCHIVED = {"": False, "yes": True, "both": None}
TEMPLATES_OFFERED = 100
EMPTY = {
    "markdown": "Markdown: words with light marks, the quickest way",
    "blocks": "Blocks: headings, texts, pictures and buttons, put together in a form",
    "mjml": "MJML: in a visual editor or as source; full control that still fits phones",
    "html": "HTML: your own, from elsewhere",
}
SOURCE_FIELD = {"class": "form-control source", "spellcheck": "false", "data-insert-here": ""}


class MessageFilter(StyledForm):
    """What the list of messages is narrowed to; the address of the page keeps it."""

    q = forms.CharField(
        label="Search name or subject",
        required=False,
        widget=forms.TextInput(
            {"type": "search", "placeholder": "Search name or subject", "data-search": ""}
        ),
    )
    purpose = forms.ChoiceField(choices=[("", "Any purpose"), *Message.Purpose.choices], required=False)
    kind = forms.ChoiceField(
        choices=[("", "Any kind"), ("message", "Messages"), ("template", "Templates")],
        required=False,
    )
    archived = forms.ChoiceField(
        choices=[("", "Not archived"), ("yes", "Archived"), ("both", "Archived or not")], required=False
    )
    sort = forms.ChoiceField(
        label="Order",
        choices=[
            ("", "Newest first"),
            ("oldest", "Oldest first"),
            ("name", "By name"),
            ("written", "Written last"),
        ],
        required=False,
    )

    @property
    def order(self) -> tuple[str, ...]:
        """The fields that the list is ordered by."""
        return ORDERS[self.cleaned_data["sort"] or "newest"]

    @property
    def is_narrowed(self) -> bool:
        """Whether some messages may be left out."""
        return any(value for name, value in self.cleaned_data.items() if name != "sort")

    def found(self) -> QuerySet[Any]:
        """The messages that the form asks for; raises `Refused` if it can't be read."""
        if not self.is_valid():
            raise Refused(reason="This search can't be read. Open the list of messages again.")
        asked = self.cleaned_data
        found: QuerySet[Any] = listed(
            asked["q"],
            purpose=asked["purpose"],
            is_template=KINDS[asked["kind"]],
            is_archived=ARCHIVED[asked["archived"]],
        )
        return ordered(found, self.cleaned_data["sort"] or "newest")


class AboutForm(StyledForm):
    """What is known about a message besides what it says."""

    name = forms.CharField(max_length=NAME_LENGTH, help_text="For you, to find it. Nobody else sees it.")
    description = forms.CharField(required=False, widget=forms.Textarea({"rows": 3}))
    purpose = forms.ChoiceField(
        choices=Message.Purpose.choices,
        help_text="Service answers something a person did: opt-outs from marketing and limits don't apply.",
    )
    language = forms.CharField(
        required=False,
        widget=forms.TextInput({"placeholder": "de"}),
        help_text="Of the text. Screen readers, dates and numbers use it.",
    )


class NewForm(AboutForm):
    """A new message, and what it begins with."""

    start = forms.ChoiceField(label="Begin with", widget=forms.RadioSelect({"class": "form-check-input"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["description"]
        self.kinds = list(_starts())
        field: Any = self.fields["start"]
        field.choices = self.kinds

    @property
    def starts(self) -> list[tuple[str, list[forms.boundfield.BoundWidget]]]:
        """The radio buttons, by kind."""
        radios = iter(self["start"].subwidgets)
        return [(kind, list(islice(radios, len(choices)))) for kind, choices in self.kinds]

    def chosen(self) -> Start:
        """What the draft begins with."""
        kind, _, which = self.cleaned_data["start"].partition(":")
        if kind == "template":
            return builtin(which)
        return find_version(int(which)) if kind == "message" else Version(format=which)


def _starts() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """What a message can begin with, by kind."""
    yield "Empty", [(f"empty:{value}", label) for value, label in EMPTY.items()]
    yield "Templates", [(f"template:{one.key}", f"{one.name}: {one.description}") for one in TEMPLATES]
    own = (
        listed(is_template=True)
        .filter(versions__isnull=False)
        .distinct()
        .order_by("name")[:TEMPLATES_OFFERED]
    )
    if offered := [(f"message:{one.pk}", one.name) for one in own]:
        yield "Your templates", offered


class DraftForm(StyledForm):
    """What a draft says; lines end as they are stored, not as browsers send them."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    subject = SometimesField(widget=forms.TextInput({"data-insert-here": ""}))
    preview_text = forms.CharField(
        required=False,
        widget=forms.TextInput({"data-insert-here": ""}),
        help_text="What lists of mail show behind the subject.",
    )
    format = forms.ChoiceField(widget=forms.HiddenInput, choices=Version.Format.choices)
    source = SometimesField(label="Content", strip=False, widget=forms.Textarea({"rows": 22, **SOURCE_FIELD}))
    text = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 8, **SOURCE_FIELD}),
        help_text="What mail programs show that show no HTML. Empty: made from the content.",
    )

    def clean_source(self) -> str:
        return with_our_line_ends(self.cleaned_data["source"])

    def clean_text(self) -> str:
        return with_our_line_ends(self.cleaned_data["text"])
