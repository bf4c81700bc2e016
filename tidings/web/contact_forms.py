"""Forms for one contact: identities, and an input of its kind for each attribute."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from django import forms
from django.utils import timezone

from tidings.attributes.rules import BUILT_IN, TIME_ZONE, Attribute, Kind, Value, as_text, zones
from tidings.contacts.checking import Push
from tidings.web.forms import StyledForm, with_our_line_ends

_LOCAL = "%Y-%m-%dT%H:%M:%S"


class AttributesForm(StyledForm):
    """An input for each attribute of a catalogue. `attributes()` gives what was put in, as texts by key."""

    def __init__(
        self, *args: Any, catalogue: list[Attribute], values: Mapping[str, Value], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.catalogue = catalogue
        for attribute in catalogue:
            self.fields[field_name(attribute.key)] = _field(attribute, values.get(attribute.key, ""))
        self._style_again()

    def _style_again(self) -> None:
        for field in self.fields.values():
            kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs.setdefault("class", kind)

    def attributes(self) -> dict[str, str]:
        """What was put in; an empty text where nothing was."""
        return {one.key: _sent(one, self.cleaned_data[field_name(one.key)]) for one in self.catalogue}

    @property
    def attribute_fields(self) -> list[forms.BoundField]:
        """The inputs of the attributes."""
        return [self[field_name(one.key)] for one in self.catalogue]


class ContactForm(AttributesForm):
    """A contact: at least one identity, language, attributes."""

    email = forms.CharField(
        label="E-mail address", required=False, widget=forms.TextInput({"inputmode": "email"})
    )
    mobile = forms.CharField(
        label="Mobile number",
        required=False,
        widget=forms.TextInput({"inputmode": "tel", "placeholder": "+49 171 3920000"}),
    )
    external_id = forms.CharField(
        label="External id", required=False, help_text="How another system knows the contact."
    )
    language = forms.CharField(
        required=False, help_text="Such as de or pt-BR.", widget=forms.TextInput({"autocomplete": "off"})
    )
    # What the page was made from: whoever saves later doesn't undo what another one changed meanwhile.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    COLUMNS = ("email", "mobile", "external_id", "language")

    def columns(self) -> dict[str, str]:
        """Identities and language as they were put in."""
        return {name: self.cleaned_data[name] for name in self.COLUMNS}

    @property
    def identity_fields(self) -> list[forms.BoundField]:
        """The inputs of the identities and the language."""
        return [self[name] for name in self.COLUMNS]

    @property
    def zones(self) -> list[str]:
        """What browsers offer while somebody types a time zone."""
        return zones()

    def seen_at(self) -> datetime | None:
        """The state of the contact that somebody looked at."""
        text = self.cleaned_data["seen"]
        return datetime.fromisoformat(text) if text else None

    def clean_seen(self) -> str:
        """A time, or nothing."""
        text = str(self.cleaned_data["seen"])
        try:
            return text and datetime.fromisoformat(text).isoformat()
        except ValueError:
            raise forms.ValidationError("Open the page again.") from None


class NewContactForm(ContactForm):
    """The same for a new contact, who may be known by the push endpoint of an app as well."""

    app = forms.CharField(
        label="App", required=False, help_text="With a push endpoint: the app that shows the messages."
    )
    endpoint = forms.CharField(
        label="Push endpoint",
        required=False,
        help_text="A token of FCM or APNs, or the address of a Web Push service.",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )

    def push(self) -> Push | None:
        """The endpoint, if one was put in."""
        app, endpoint = self.cleaned_data["app"], self.cleaned_data["endpoint"]
        return Push(app, endpoint) if app or endpoint else None

    @property
    def identity_fields(self) -> list[forms.BoundField]:
        """The inputs of the identities and the language."""
        return [*super().identity_fields, self["app"], self["endpoint"]]


def field_name(key: str) -> str:
    """A name for the input of an attribute that fits into a page, whatever the key holds."""
    return (
        key if key in BUILT_IN else f"a-{blake2b(key.encode('utf-8', 'replace'), digest_size=6).hexdigest()}"
    )


def _field(attribute: Attribute, value: Value) -> forms.Field:
    common: dict[str, Any] = {
        "label": attribute.label,
        "required": False,
        "initial": _shown(attribute, value),
    }
    match attribute.kind:
        case Kind.BOOLEAN:
            return forms.ChoiceField(choices=[("", "\u2013"), ("true", "Yes"), ("false", "No")], **common)
        case Kind.CHOICE:
            return forms.ChoiceField(
                choices=[("", "\u2013"), *((one, one) for one in attribute.choices)], **common
            )
        case Kind.NUMBER:
            return forms.CharField(widget=forms.TextInput({"inputmode": "decimal"}), **common)
        case Kind.DATE:
            return forms.CharField(widget=forms.DateInput({"type": "date"}), **common)
        case Kind.DATE_TIME:
            return forms.CharField(widget=forms.TextInput({"type": "datetime-local", "step": "1"}), **common)
    return forms.CharField(widget=_text_input(attribute, value), **common)


def _text_input(attribute: Attribute, value: Value) -> forms.Widget:
    if attribute.key == TIME_ZONE:
        return forms.TextInput({"list": "zones", "autocomplete": "off", "placeholder": "Europe/Berlin"})
    return forms.Textarea({"rows": 3}) if "\n" in str(value) else forms.TextInput()


def _shown(attribute: Attribute, value: Value) -> str:
    """A stored value as its input shows it."""
    if isinstance(value, bool):
        return str(value).lower()
    if attribute.kind is Kind.DATE_TIME and value:
        return timezone.localtime(datetime.fromisoformat(str(value))).strftime(_LOCAL)
    return as_text(value)


def _sent(attribute: Attribute, text: str) -> str:
    """The other way round: inputs of times know no zone, so it is the installation's, and lines end as stored."""
    if attribute.kind is not Kind.DATE_TIME or not text:
        return with_our_line_ends(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text  # the catalogue's rules say what is wrong
    local = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    return local.astimezone(UTC).isoformat().replace("+00:00", "Z")


class OtherForm(StyledForm):
    """Another contact."""

    identity = forms.CharField(
        label="E-mail address, mobile number or external id of the other contact",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
