"""A draft of an import as its page shows it: how the file is read, what each column means, what is in the way."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import QueryDict

from tidings.attributes.queries import catalogue
from tidings.attributes.rules import OWN_COLUMNS, PUSH_APP, PUSH_ENDPOINT, Attribute
from tidings.groups.queries import settings_of
from tidings.imports.actions import Reading, read
from tidings.imports.models import Import
from tidings.imports.rules import errors
from tidings.imports.rules.errors import FileError
from tidings.imports.rules.formats import Format, Kind
from tidings.imports.rules.mapping import MEMBER_PREFIX, Column, Key, Mapping
from tidings.imports.rules.recognise import IGNORE, NEW, Unknown, recognise, with_app
from tidings.imports.saved import called, fitting, said_by
from tidings.kernel.errors import TidingsError
from tidings.web.forms import StyledForm
from tidings.web.member_forms import JOINING_WORDS

SEPARATOR_NAMES = {",": "Comma ,", ";": "Semicolon ;", "\t": "Tab", "|": "Bar |"}
QUOTE_NAMES = {'"': 'Double "', "'": "Single '"}
COMMON_ENCODINGS = ("utf-8", "cp1252", "cp1250", "utf-16")  # offered where nothing of the file can be read
SAMPLES_PER_COLUMN = 3
AUTOMATIC = ""
MEMBER = "member"  # the scope of member attributes
FIELD_PREFIX = "column-"

# What the command line's words would not help with on a page.
WORDS: ReadOnly[type[FileError], str] = {
    errors.UnknownColumns: "Nobody knows what these columns mean: {names}. Choose it for each in the table, or say"
    " below what to do about all of them.",
    errors.OptOutFile: "This file lists people who left or can't be reached: it has the column “{column}”. Such"
    " people must not come in as contacts. If it is something else, choose “Leave out” for that column.",
    errors.NoIdentityColumn: "No column says who a row is about. The columns are {names}. Choose in the table which"
    " one holds the {wanted}.",
    errors.NoApp: "Nothing says of which app the push endpoints in the column “{column}” are. Choose in the table which"
    " column names it, or put one app for all of them in “App of push endpoints”.",
    errors.AppAlone: "The column “{column}” names apps, but no column holds push endpoints. Choose in the table which"
    " one does, or “Leave out” for the apps.",
    errors.SeveralColumnsForOne: "The columns {names} all mean {target}. Keep one and choose “Leave out” for the"
    " others.",
}


# Mode -> what it does with members, with known contacts, and with new people.
MODE_WORDS = {
    Import.Mode.ADD_AND_UPDATE: "Add and update: update members, let known contacts and new people join",
    Import.Mode.ADD: "Add: let known contacts and new people join, leave all profiles",
    Import.Mode.UPDATE: "Update: only update members",
    Import.Mode.JOIN: "Join: let known contacts join, leave their profiles; nobody new",
    Import.Mode.REPLACE: "Replace: add and update, then remove members who aren't in the file",
    Import.Mode.REMOVE: "Remove: end the memberships of the people in the file",
}


KEY_WORDS = {
    Key.EMAIL: "E-mail address",
    Key.EXTERNAL_ID: "External id",
    Key.MOBILE: "Mobile number",
    Key.PUSH_ENDPOINT: "Push endpoint",
}


class LayoutForm(StyledForm):
    """How the file is written."""

    encoding = forms.ChoiceField(label="Character set")
    separator = forms.ChoiceField(choices=list(SEPARATOR_NAMES.items()))
    quote = forms.ChoiceField(label="Quotation mark", choices=list(QUOTE_NAMES.items()))
    has_header = forms.TypedChoiceField(
        label="First row",
        choices=[("True", "Names the columns"), ("False", "Is a person already")],
        coerce=lambda value: value == "True",
    )
    kind = forms.ChoiceField(
        choices=[(Kind.CSV, "CSV"), (Kind.XML, "XML")], widget=forms.HiddenInput, required=False
    )
    space_after_separator = forms.BooleanField(widget=forms.HiddenInput, required=False)
    skipped_lines = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    @property
    def layout(self) -> Format | None:
        """What was chosen; None if nothing was or it is no choice."""
        if not (self.is_bound and self.is_valid()):
            return None
        chosen = self.cleaned_data
        return Format(
            **chosen
            | {"skipped_lines": chosen["skipped_lines"] or 0, "kind": Kind(chosen["kind"] or Kind.CSV)}
        )


class RunForm(StyledForm):
    """How the import goes about the rows."""

    unknown = forms.ChoiceField(
        label="Columns that nobody knows",
        choices=[
            (Unknown.STOP, "Ask me"),
            (Unknown.IGNORE, "Leave out"),
            (Unknown.CREATE, "Make a text attribute of each"),
        ],
    )
    mode = forms.ChoiceField(label="What to do", choices=list(MODE_WORDS.items()))
    joining = forms.ChoiceField(label="How people join", choices=JOINING_WORDS, required=False)
    key = forms.ChoiceField(
        label="People are found by",
        choices=[(AUTOMATIC, "What comes first of these"), *KEY_WORDS.items()],
        required=False,
    )
    country = forms.CharField(
        label="Country of mobile numbers",
        max_length=2,
        required=False,
        help_text="Two letters, such as DE, for numbers that are written without a country code.",
    )
    app = forms.CharField(
        label="App of push endpoints",
        max_length=100,
        required=False,
        help_text="For those whose row names none.",
    )
    saved = forms.ChoiceField(label="Saved mapping", required=False)
    save_as = forms.CharField(
        label="Save this mapping as",
        max_length=80,
        required=False,
        help_text="It is chosen again for files with the same columns.",
    )
    clear_marker = forms.CharField(
        label="Word that empties a value",
        max_length=50,
        required=False,
        help_text="An empty cell leaves the value as it is.",
    )
    dry_run = forms.BooleanField(
        label="Dry run: only count what would happen",
        required=False,
        widget=forms.CheckboxInput({"class": "form-check-input"}),
    )


@dataclass(frozen=True)
class ColumnRow:
    """One line of the mapping: the column, some of its cells, and what it fills. `automatic` says what it means
    unless somebody chooses; `is_open` if that is unknown.
    """

    field: str
    header: str
    samples: list[str]
    chosen: str
    automatic: str
    is_open: bool
    meaning: str


@dataclass(frozen=True)
class Draft:
    """Everything the page of a draft shows. `reading` is None if the file can't be read like this."""

    layout_form: LayoutForm
    run_form: RunForm
    problem: str
    reading: Reading | None = None
    columns: list[ColumnRow] = field(default_factory=list)
    choices: dict[str, str] = field(default_factory=dict)
    targets: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)

    @property
    def said(self) -> dict[str, Any]:
        """What was chosen about the rows, beside the columns."""
        return _said(self.run_form)

    @property
    def has_push(self) -> bool:
        """Whether a column fills the push endpoint, or may."""
        names = [self.choices.get(one.header) or one.automatic for one in self.columns]
        return PUSH_ENDPOINT.key in names or PUSH_ENDPOINT.label in names

    @property
    def is_xml(self) -> bool:
        """Whether the file says itself how it is written."""
        return self.reading is not None and self.reading.layout.kind is Kind.XML

    @property
    def is_ready(self) -> bool:
        """Whether it can be started as it is."""
        is_readable = self.reading is not None and self.reading.mapping is not None
        return is_readable and not self.problem and not self.run_form.errors


def draft_of(run: Import, posted: QueryDict | None) -> Draft:
    """The draft as proposed, or as the posted form says."""
    names = _names(run, posted)
    kept = [one.name for one in fitting(names)]
    run_form = RunForm(
        posted,
        initial={
            "unknown": Unknown.STOP,
            "mode": Import.Mode.ADD_AND_UPDATE,
            "country": settings.ENVIRONMENT.country,
            "app": settings_of(run.group).sending.app,
            "saved": next(iter(kept), ""),
        },
    )
    offered = cast("forms.ChoiceField", run_form.fields["saved"])
    offered.choices = [(AUTOMATIC, "None"), *((name, name) for name in kept)]
    said = _said(run_form)
    try:
        layout = _layout_form(posted, None).layout
        first = read(run, layout=layout, **said)
        choices = _saved_choices(said, first.head.names) | _choices(posted, first.head.names)
        reading = read(run, layout=layout, choices=choices, **said) if choices else first
    except TidingsError as error:
        return Draft(_layout_form(posted, None), run_form, _told(error))
    return Draft(
        layout_form=_layout_form(posted, reading),
        run_form=run_form,
        problem=_problem(reading, choices, said["unknown"], said["app"]),
        reading=reading,
        columns=_column_rows(reading, choices),
        choices=choices,
        targets=_targets(),
    )


def _said(form: RunForm) -> dict[str, Any]:
    if not (form.is_bound and form.is_valid()):
        return {"unknown": Unknown.STOP, "saved": form.initial["saved"], "app": form.initial["app"]}
    chosen = form.cleaned_data
    return {
        "unknown": Unknown(chosen["unknown"]),
        "key": Key(chosen["key"]) if chosen["key"] else None,
        "clear_marker": chosen["clear_marker"],
        "country": chosen["country"],
        "app": chosen["app"],
        "saved": chosen["saved"],
    }


def _names(run: Import, posted: QueryDict | None) -> tuple[str, ...]:
    """The columns of the file, or none if it can't be read like this."""
    try:
        return read(run, layout=_layout_form(posted, None).layout, unknown=Unknown.IGNORE).head.names
    except TidingsError:
        return ()


def _layout_form(posted: QueryDict | None, reading: Reading | None) -> LayoutForm:
    """Bound to what was posted; it offers the character sets that the file may be written in."""
    proposal = reading.proposal if reading else None
    proposed = proposal.format if proposal else Format()
    names = [proposed.encoding, *(proposal.alternatives if proposal else COMMON_ENCODINGS)]
    if posted and (chosen := posted.get("encoding", "")):
        names.append(chosen)
    form = LayoutForm(posted, initial=proposed.to_dict())
    encoding = cast("forms.ChoiceField", form.fields["encoding"])
    encoding.choices = [(name, name) for name in dict.fromkeys(names)]
    if proposal:
        encoding.help_text = (
            "Certain." if proposal.is_certain else "A guess: look at the accents in the preview."
        )
    return form


def _choices(posted: QueryDict | None, names: Sequence[str]) -> dict[str, str]:
    """Column -> target, of the columns that somebody decided about."""
    if posted is None:
        return {}
    wanted = {name: posted.get(f"{FIELD_PREFIX}{at}", AUTOMATIC) for at, name in enumerate(names)}
    # A changed separator gives other columns: what was said about the old ones doesn't hold for them.
    known = posted.getlist("header")
    return {
        name: target
        for at, (name, target) in enumerate(wanted.items())
        if target != AUTOMATIC and at < len(known) and known[at] == name
    }


def _saved_choices(said: dict[str, Any], names: Sequence[str]) -> dict[str, str]:
    """What the saved mapping that is used says of the columns, so that the table shows it."""
    return said_by(called(said["saved"]), names).choices if said.get("saved") else {}


def _problem(reading: Reading, choices: dict[str, str], unknown: Unknown, app: str) -> str:
    """What is in the way, in the words of the page."""
    if reading.mapping is not None:
        return ""
    try:
        mapping = recognise(
            reading.head.names,
            catalogue=catalogue(),
            members=catalogue(MEMBER),
            choices=choices,
            unknown=unknown,
        )
        with_app(mapping, app)
    except FileError as error:
        return _told(error)
    return reading.problem


def _told(error: TidingsError) -> str:
    words = next((text for kind, text in WORDS.items() if isinstance(error, kind)), None)
    return words.format(**error.facts) if words else str(error)


def _column_rows(reading: Reading, choices: dict[str, str]) -> list[ColumnRow]:
    names, rows = reading.head.names, reading.head.rows
    automatic, is_open = _automatic(names)
    return [
        ColumnRow(
            field=f"{FIELD_PREFIX}{at}",
            header=name,
            samples=[row[at] for row in rows if at < len(row) and row[at].strip()][:SAMPLES_PER_COLUMN],
            chosen=choices.get(name, AUTOMATIC),
            automatic=automatic[at],
            is_open=is_open[at] and name not in choices,
            meaning=_meaning(reading.mapping.columns[at]) if reading.mapping else "",
        )
        for at, name in enumerate(names)
    ]


def _automatic(names: Sequence[str]) -> tuple[list[str], list[bool]]:
    """What each column means unless somebody chooses, and whether nobody knows."""
    if known := _recognised(names, Unknown.STOP):
        return [_meaning(column) for column in known.columns], [False] * len(names)
    ignored, made = _recognised(names, Unknown.IGNORE), _recognised(names, Unknown.CREATE)
    if ignored is None or made is None:
        return ["As recognised"] * len(names), [False] * len(names)
    is_open = [_is_unknown(*pair) for pair in zip(ignored.columns, made.columns, strict=True)]
    words = [
        "Choose …" if unknown else _meaning(column)
        for unknown, column in zip(is_open, ignored.columns, strict=True)
    ]
    return words, is_open


def _recognised(names: Sequence[str], unknown: Unknown) -> Mapping | None:
    """What the columns mean without anybody's choices; None if that can't be told for the file as a whole."""
    try:
        return recognise(names, catalogue=catalogue(), members=catalogue(MEMBER), unknown=unknown)
    except FileError:
        return None


def _is_unknown(ignored: Column, made: Column) -> bool:
    """A column that is left out or made new, depending on what is said about unknown ones."""
    return ignored.attribute is None and made.attribute is not None


def _meaning(column: Column) -> str:
    if column.attribute is None:
        return "Left out"
    what = "member attribute" if column.is_member else "attribute"
    if column.is_new:
        return f"New {what} “{column.attribute.label}”"
    return f"{column.attribute.label} (of the member)" if column.is_member else column.attribute.label


def _targets() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column may be chosen to mean, in groups for a select."""
    known = catalogue()
    own = [one for one in known if one.key in OWN_COLUMNS]
    return [
        ("Who it is", _options([*own, PUSH_ENDPOINT, PUSH_APP])),
        ("Attributes", _options(one for one in known if one.key not in OWN_COLUMNS)),
        ("Member attributes", [(f"{MEMBER_PREFIX}{one.key}", one.label) for one in catalogue(MEMBER)]),
        ("Else", [(IGNORE, "Leave out"), (NEW, "A new attribute of this name")]),
    ]


def _options(attributes: Iterable[Attribute]) -> list[tuple[str, str]]:
    return [(one.key, one.label) for one in attributes]
