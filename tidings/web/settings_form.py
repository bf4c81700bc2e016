"""The form of one tab of a group's settings, made from what `groups/settings.py` says of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Any, get_args

from django import forms
from pydantic.fields import FieldInfo

from tidings.accounts.models import User
from tidings.attributes.rules import zones
from tidings.groups.changes import belongs, extra, nested, section
from tidings.groups.errors import BadSettings
from tidings.groups.models import Category
from tidings.groups.settings import Tab
from tidings.memberships.rules.texts import BUILT_IN, Text
from tidings.web.forms import style

LANGUAGES = {"en": "English", "de": "German"}
ROWS = {"text": 4, "lines": 4, "source": 5}
SUGGESTED_AT_MOST = 1_000  # names that a browser offers while one types


@dataclass(frozen=True)
class Section:
    """Some fields of the form below a heading; the first section has none. `standard` are the texts, by their language,
    that hold where the fields are empty.
    """

    title: str
    fields: list[forms.BoundField]
    standard: Mapping[str, Text]


class SettingsForm(forms.Form):
    """All settings of `tab` that groups of `channel` have. What they may be is checked by the action alone."""

    use_required_attribute = False

    def __init__(self, name: str, tab: Tab, channel: str, data: Any) -> None:
        super().__init__(data)
        self.name = name
        self.titles = {"": ""}
        for path, field, value in _settings(tab, channel):
            self.fields[path] = _form_field(field, value)
        for inner, field in type(tab).model_fields.items():
            if section(field):
                self.titles[inner] = str(field.title)
        style(self)

    @property
    def changes(self) -> dict[str, dict[str, Any]]:
        """What the form says, as `update_settings` takes it."""
        return {self.name: nested(self.cleaned_data)}

    @property
    def sections(self) -> list[Section]:
        """The fields, below the headings of those that hold several."""
        paths = {title: [p for p in self.fields if _folder(p) == title] for title in self.titles}
        return [
            Section(self.titles[key], [self[path] for path in found], _standard(key))
            for key, found in paths.items()
            if found
        ]

    @property
    def has_later(self) -> bool:
        """Whether some of the settings have no effect yet."""
        return any(getattr(field, "is_later", False) for field in self.fields.values())

    @property
    def suggestions(self) -> dict[str, list[str]]:
        """What browsers offer while somebody types, by the name that the fields use."""
        wanted = {field.widget.attrs.get("list") for field in self.fields.values()}
        return {name: list(find()) for name, find in SUGGESTIONS.items() if name in wanted}

    def tell(self, error: BadSettings) -> None:
        """Shows each fault at its field, and what concerns several above all."""
        for path, sentence in error.faults:
            field = path.removeprefix(f"{self.name}.")
            self.add_error(field if field in self.fields else None, sentence)


def _standard(section: str) -> dict[str, Text]:
    texts = BUILT_IN.get(section, {})
    return {LANGUAGES.get(language, language): text for language, text in texts.items()}


def _folder(path: str) -> str:
    return path.rpartition(".")[0]


def _settings(tab: Tab, channel: str, path: str = "") -> Iterator[tuple[str, FieldInfo, Any]]:
    for name, field in type(tab).model_fields.items():
        value = getattr(tab, name)
        if section(field):
            yield from _settings(value, channel, f"{path}{name}.")
        elif belongs(field, channel):
            yield f"{path}{name}", field, value


def _form_field(field: FieldInfo, value: Any) -> forms.Field:
    made = _kind_of_field(field, value)
    made.label, made.required = str(field.title), False
    made.help_text = "" if field.description == field.title else _help(field)
    made.is_later = extra(field)["x-later"]  # type: ignore[attr-defined]
    made.is_sometimes_needed = True  # type: ignore[attr-defined]
    made.is_check = isinstance(made, forms.BooleanField)  # type: ignore[attr-defined]
    return made


def _help(field: FieldInfo) -> str:
    return str(field.description or "").removesuffix("Kept for later: it has no effect yet.").strip()


def _kind_of_field(field: FieldInfo, value: Any) -> forms.Field:
    kind, widget = field.annotation, extra(field)["x-widget"]
    if kind is bool:
        return forms.BooleanField(initial=value, widget=forms.CheckboxInput({"class": "form-check-input"}))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        choices = [(str(one), one.replace("_", " ").capitalize()) for one in kind]
        return forms.ChoiceField(initial=str(value), choices=choices)
    if widget in ROWS:
        shown = "\n".join(value) if isinstance(value, tuple) else value
        attributes = (
            {"rows": ROWS[widget], "class": "form-control source"}
            if widget == "source"
            else {"rows": ROWS[widget]}
        )
        return forms.CharField(initial=shown, strip=False, widget=forms.Textarea(attributes))
    return forms.CharField(
        initial=_plain(value), strip=False, widget=forms.TextInput(_attributes(field, widget))
    )


def _plain(value: Any) -> Any:
    return value.isoformat("minutes") if isinstance(value, time) else value


def _attributes(field: FieldInfo, widget: str) -> dict[str, Any]:
    if widget:
        return {"list": widget, "autocomplete": "off"}
    kinds = {field.annotation, *get_args(field.annotation)}
    if time in kinds:
        return {"type": "time"}
    return {"inputmode": "numeric"} if int in kinds else {}


SUGGESTIONS = {
    "categories": lambda: Category.objects.order_by("name").values_list("name", flat=True)[
        :SUGGESTED_AT_MOST
    ],
    "users": lambda: (
        User.objects.filter(is_active=True)
        .order_by("email")
        .values_list("email", flat=True)[:SUGGESTED_AT_MOST]
    ),
    "zones": zones,
}
