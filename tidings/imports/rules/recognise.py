"""The names of a file's columns -> what they mean, or an error that says how to tell."""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as ReadOnly
from dataclasses import replace
from enum import StrEnum

from tidings.attributes.rules import (
    FORBIDDEN_CHARACTER,
    PUSH_APP,
    PUSH_ENDPOINT,
    Attribute,
    Kind,
    NameFault,
    date_order_of,
    name_key,
    normalise_name,
)
from tidings.contacts.rules import AddressFault, is_country, normalise_app
from tidings.imports.rules import errors
from tidings.imports.rules.exports import (
    ENGAGE,
    ENGAGE_CUSTOM_PREFIX,
    ENGAGE_MEMBER_PREFIX,
    ENGAGE_TARGETS,
    EXPORTS,
    OPT_OUT_MARKS,
    SYNONYMS,
    Export,
    plain,
)
from tidings.imports.rules.mapping import MEMBER_PREFIX, TARGETS, Column, Key, Mapping, quoted
from tidings.imports.rules.reasons import excerpt

COLUMNS_AT_MOST = 1_000
COLUMN_NAME_CHARACTERS_AT_MOST = 200

IGNORE = "ignore"
NEW = "new"


class Unknown(StrEnum):
    """What to do about columns whose meaning nobody knows."""

    STOP = "stop"
    IGNORE = "ignore"
    CREATE = "create"


def recognise(
    header: Sequence[str],
    *,
    catalogue: Iterable[Attribute] = TARGETS.values(),
    choices: ReadOnly[str, str] | None = None,
    unknown: Unknown = Unknown.STOP,
    key: Key | None = None,
    sample: Iterable[Sequence[str]] = (),
    default_country: str = "",
    members: Iterable[Attribute] = (),
    clear_marker: str = "",
) -> Mapping:
    """The mapping of a file with this header. Raises HeaderError and touches nothing.

    `catalogue` is every profile attribute there is, `members` every member attribute, `choices` what a person said
    (column's name -> attribute, `member.NAME`, `ignore` or `new`), `sample` some rows, which can prove the order of day
    and month.
    """
    check_header(header)
    if default_country and not is_country(default_country):
        raise errors.UnknownCountry(code=excerpt(default_country))
    recogniser = _Recogniser(header, catalogue, choices or {}, unknown, members)
    columns = recogniser.columns()
    _refuse_several_for_one(columns)
    return Mapping(
        columns=columns,
        key=_choose_key(columns, key, first=recogniser.source == ENGAGE),
        source=recogniser.source,
        date_order=date_order_of(_cells_of_dates(columns, sample)),
        default_country=default_country.upper(),
        ignores_others=unknown is Unknown.IGNORE,
        clear_marker=clear_marker.strip(),
    )


def with_app(mapping: Mapping, app: str) -> Mapping:
    """The same mapping for push endpoints of an app, where no column says it. Raises HeaderError, BadApp."""
    endpoints, apps = mapping.header_of(PUSH_ENDPOINT.key), mapping.header_of(PUSH_APP.key)
    if apps and not endpoints:
        raise errors.AppAlone(column=apps)
    if endpoints and not (apps or app.strip()):
        raise errors.NoApp(column=endpoints)
    name = normalise_app(app) if endpoints and app.strip() else ""
    if isinstance(name, AddressFault):
        raise errors.BadApp(app=excerpt(app))
    return replace(mapping, app=name)


def parse_choice(option: str) -> tuple[str, str]:
    """`COLUMN=attribute` as a person wrote it -> (column, attribute). Raises BadMapOption."""
    column, equals, target = option.rpartition("=")
    if not (equals and column.strip() and target.strip()):
        raise errors.BadMapOption(option=option)
    return column.strip(), target.strip()


def check_header(header: Sequence[str], *, separator: str = ",") -> None:
    """Raises HeaderError if these can't be the names of columns, whatever they mean."""
    if not any(name.strip() for name in header):
        raise errors.EmptyHeader
    if len(header) > COLUMNS_AT_MOST:
        raise errors.TooManyColumns(count=len(header), limit=COLUMNS_AT_MOST, separator=separator)
    for position, name in enumerate(header, start=1):
        _check_name(position, name)
    counts = Counter(name_key(name) for name in header)
    if twice := [name for name in header if counts[name_key(name)] > 1]:
        raise errors.DuplicateColumns(names=quoted(dict.fromkeys(twice)))


def _check_name(position: int, name: str) -> None:
    problem = ""
    if FORBIDDEN_CHARACTER.search(name):
        problem = "it holds a control character or bytes that can't be read"
    elif len(name) > COLUMN_NAME_CHARACTERS_AT_MOST:
        problem = f"it is longer than {COLUMN_NAME_CHARACTERS_AT_MOST} characters"
    if problem:
        raise errors.BadColumnName(position=position, excerpt=f'"{excerpt(name)}"', problem=problem)


class _Recogniser:
    def __init__(
        self,
        header: Sequence[str],
        catalogue: Iterable[Attribute],
        choices: ReadOnly[str, str],
        unknown: Unknown,
        members: Iterable[Attribute],
    ) -> None:
        self._header = header
        self._attributes = _by_name(catalogue)
        self._members = {name_key(name): one for one in members for name in (one.key, one.label)}
        self._choices = self._check_choices(choices)
        self._unknown = unknown
        self._chosen = {name_key(target) for target in self._choices.values()}
        names = [plain(name) for name in header]
        self._export = next((export for export in EXPORTS if export.marks <= set(names)), None)
        self._is_engage = any(name.strip().casefold() in ENGAGE_TARGETS for name in header)

    @property
    def source(self) -> str:
        if self._is_engage:
            return ENGAGE
        return self._export.name if self._export else ""

    def columns(self) -> tuple[Column, ...]:
        found = [self._column(name) for name in self._header]
        if missing := [name for name, column in zip(self._header, found, strict=True) if column is None]:
            self._refuse_unknown(missing)
        return tuple(column for column in found if column)

    def _check_choices(self, choices: ReadOnly[str, str]) -> dict[str, str]:
        names = {name_key(name) for name in self._header}
        for name in choices:
            if name_key(name) not in names:
                raise errors.NoSuchColumn(name=name, names=quoted(self._header))
        return {name_key(name): target for name, target in choices.items()}

    def _column(self, header: str) -> Column | None:
        if (choice := self._choices.get(name_key(header))) is not None:
            return self._chosen_column(header, choice)
        return self._known_column(header) or self._unknown_column(header)

    def _chosen_column(self, header: str, choice: str) -> Column:
        wanted = name_key(choice)
        if wanted == IGNORE:
            return Column(header)
        if wanted == NEW:
            return self._new_column(header)
        if wanted.startswith(MEMBER_PREFIX):
            return self._member_column(header, choice.strip()[len(MEMBER_PREFIX) :])
        if wanted not in self._attributes:
            raise errors.NoSuchTarget(column=header, target=choice, targets=quoted(TARGETS))
        return Column(header, self._attributes[wanted])

    def _member_column(self, header: str, wanted: str) -> Column:
        """A column for the member attribute of this name, which is made unless it exists."""
        if known := self._members.get(name_key(wanted)):
            return Column(header, known, is_member=True)
        return replace(self._made_column(header, wanted), is_member=True)

    def _known_column(self, header: str) -> Column | None:
        name = header.strip()
        prefix = ENGAGE_MEMBER_PREFIX if self._is_engage else MEMBER_PREFIX
        if name.casefold().startswith(prefix):
            wanted = name[len(prefix) :]
            is_open = not self._is_engage and self._unknown is not Unknown.CREATE
            return (
                None
                if is_open and name_key(wanted) not in self._members
                else self._member_column(header, wanted)
            )
        if self._is_engage:
            return self._engage_column(header)
        if self._export and (column := self._export_column(header, self._export)):
            return column
        attribute = self._attributes.get(name_key(header)) or self._built_in(SYNONYMS.get(plain(header)))
        return Column(header, attribute) if attribute else None

    def _engage_column(self, header: str) -> Column | None:
        name = header.strip().casefold()
        custom = name_key(_own_name(header)) if name.startswith(ENGAGE_CUSTOM_PREFIX) else ""
        attribute = self._attributes.get(custom) or self._built_in(ENGAGE_TARGETS.get(name))
        return Column(header, attribute) if attribute else None

    def _export_column(self, header: str, export: Export) -> Column | None:
        name = plain(header)
        if attribute := self._built_in(self._target_in(name, export)):
            return Column(header, attribute)
        if name in export.new:
            return self._named_column(header, export.new[name])
        return Column(header) if export.knows_as_irrelevant(name) else None

    def _target_in(self, name: str, export: Export) -> str | None:
        """The attribute that this column fills, unless a better one of the file or a person's choice does."""
        present = {plain(header) for header in self._header}
        for target, names in export.targets.items():
            if name == next((each for each in names if each in present), None) and target not in self._chosen:
                return target
        return None

    def _built_in(self, target: str | None) -> Attribute | None:
        return TARGETS[target] if target else None

    def _unknown_column(self, header: str) -> Column | None:
        if plain(header) in OPT_OUT_MARKS:
            raise errors.OptOutFile(column=header)
        if self._unknown is Unknown.IGNORE:
            return Column(header)
        return self._new_column(header) if self._unknown is Unknown.CREATE else None

    def _new_column(self, header: str) -> Column:
        return self._named_column(header, _own_name(header))

    def _named_column(self, header: str, wanted: str) -> Column:
        """A column for the text attribute of this name, which is made unless it exists."""
        if known := self._attributes.get(name_key(wanted)):
            return Column(header, known)
        return self._made_column(header, wanted)

    def _made_column(self, header: str, wanted: str) -> Column:
        name = normalise_name(wanted)
        if isinstance(name, NameFault):
            position = self._header.index(header) + 1
            raise errors.BadColumnName(
                position=position, excerpt=f'"{header}"', problem=name.value.rstrip(".")
            )
        return Column(header, Attribute(name_key(name), name, Kind.TEXT), is_new=True)

    def _refuse_unknown(self, missing: list[str]) -> None:
        raise errors.UnknownColumns(names=quoted(missing))


def _own_name(header: str) -> str:
    """The attribute's name within a column's name."""
    is_custom = header.strip().casefold().startswith(ENGAGE_CUSTOM_PREFIX)
    return header.strip()[len(ENGAGE_CUSTOM_PREFIX) :] if is_custom else header


def _by_name(catalogue: Iterable[Attribute]) -> dict[str, Attribute]:
    named: dict[str, Attribute] = {}
    for attribute in (*catalogue, *TARGETS.values()):  # built-in names win
        named[name_key(attribute.key)] = attribute
        named[name_key(attribute.label)] = attribute
    return named


def _refuse_several_for_one(columns: Sequence[Column]) -> None:
    filled: dict[str, list[str]] = {}
    for column in columns:
        if column.attribute:
            filled.setdefault(column.target, []).append(column.header)
    for target, names in filled.items():
        if len(names) > 1:
            raise errors.SeveralColumnsForOne(names=quoted(names), target=target)


def _choose_key(columns: Sequence[Column], key: Key | None, *, first: bool) -> Key:
    targets = [column.target for column in columns if column.attribute]
    if key is None and first and targets and targets[0] in set(Key):
        return Key(targets[0])
    for candidate in [key] if key else list(Key):
        if candidate in targets:
            return candidate
    wanted = (key or Key.EMAIL).replace("_", " ").replace("email", "e-mail address")
    names = quoted(column.header for column in columns)
    raise errors.NoIdentityColumn(names=names, wanted=wanted, target=key or Key.EMAIL)


def _cells_of_dates(columns: Sequence[Column], sample: Iterable[Sequence[str]]) -> list[str]:
    dated = [i for i, column in enumerate(columns) if column.attribute and column.attribute.kind is Kind.DATE]
    return [row[i] for row in sample for i in dated if i < len(row)]
