"""What a change of settings leads to: the settings afterwards, what differs, or why it can't be."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from tidings.groups.errors import BadSettings
from tidings.groups.settings import AllSettings, Tab

Values = Mapping[str, Any]
Fault = tuple[str, str]


def applied(before: AllSettings, changes: Values, *, channel: str) -> AllSettings:
    """The settings after `changes`, which name tabs, in these settings, in these values; raises `BadSettings`."""
    faults = [(name, "There is no such tab.") for name in changes if name not in AllSettings.model_fields]
    _refuse(faults or _foreign(AllSettings, changes, channel))
    tabs = {name: _tab(name, getattr(before, name), change, channel) for name, change in changes.items()}
    _refuse([fault for _, faults in tabs.values() for fault in faults])
    return before.model_copy(update={name: tab for name, (tab, _) in tabs.items()})


def _tab(name: str, before: Tab, changes: Any, channel: str) -> tuple[Tab, list[Fault]]:
    """The tab with `changes`, which alone is checked again, and what stands against it."""
    try:
        return type(before).model_validate(_merged(before, changes), context={"channel": channel}), []
    except ValidationError as error:
        return before, [_fault(name, one) for one in error.errors(include_url=False)]


def flat(tab: Tab) -> dict[str, Any]:
    """Each setting under its path, like `subscription.welcome.text`, in the form it has as JSON."""
    return dict(_flattened(tab.model_dump(mode="json"), type(tab)))


def differing(before: AllSettings, after: AllSettings) -> dict[str, tuple[Any, Any]]:
    """What was and what is, of each setting that changed."""
    was = flat(before)
    return {path: (was[path], value) for path, value in flat(after).items() if was[path] != value}


def nested(values: Values) -> dict[str, Any]:
    """`{"a.b": 1}` as `{"a": {"b": 1}}`."""
    tree: dict[str, Any] = {}
    for path, value in values.items():
        put(tree, path, value)
    return tree


def put(tree: dict[str, Any], path: str, value: Any) -> None:
    """Sets one value in a tree of settings."""
    *folders, name = path.split(".")
    for folder in folders:
        tree = tree.setdefault(folder, {})
        if not isinstance(tree, dict):
            raise refusal([(path, "There is no such setting.")])
    tree[name] = value


def refusal(faults: list[Fault]) -> BadSettings:
    """The error that names each fault with its setting."""
    why = " ".join(f"{title(path)}: {sentence}" for path, sentence in faults)
    return BadSettings(why=why, faults=faults)


def title(path: str) -> str:
    """How people call a setting: `Subscription, Days to confirm`."""
    titles, model = [], cast("type[Tab] | None", AllSettings)
    for name in path.split("."):
        field = model.model_fields.get(name) if model else None
        titles.append(str(field.title) if field and field.title else name)
        model = section(field) if field else None
    return ", ".join(titles)


def section(field: FieldInfo) -> type[Tab] | None:
    """The settings inside of this one, if it holds some."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Tab) else None


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise refusal(faults)


def _foreign(model: type[Tab], changes: Values, channel: str, path: str = "") -> list[Fault]:
    """Settings that groups of the channel don't have, but for empty ones."""
    found: list[Fault] = []
    for name, value in changes.items():
        field = model.model_fields.get(name)
        if field is None:
            continue
        inner = section(field)
        if inner and isinstance(value, Mapping):
            found += _foreign(inner, value, channel, f"{path}{name}.")
        elif value not in ("", None, [], field.default) and not belongs(field, channel):
            found.append((f"{path}{name}", f"Groups of the channel {channel} don't have it."))
    return found


def belongs(field: FieldInfo, channel: str) -> bool:
    """Whether groups of the channel have that setting."""
    channels = extra(field)["x-channels"]
    return not channels or channel in channels


def extra(field: FieldInfo) -> dict[str, Any]:
    """What pages want to know of a setting."""
    return cast("dict[str, Any]", field.json_schema_extra) or {
        "x-channels": [],
        "x-later": False,
        "x-widget": "",
    }


def _merged(before: Tab, changes: Any) -> Any:
    """What to validate: the values there are, those of `changes` laid over them."""
    if not isinstance(changes, Mapping):
        return changes
    values = {name: getattr(before, name) for name in type(before).model_fields}
    old = {name: value.model_dump() if isinstance(value, Tab) else value for name, value in values.items()}
    new = {
        name: _merged(values[name], change) if isinstance(values.get(name), Tab) else change
        for name, change in changes.items()
    }
    return old | new


def _flattened(values: Values, model: type[Tab], path: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        inner = section(model.model_fields[name])
        found += _flattened(value, inner, f"{path}{name}.") if inner else [(f"{path}{name}", value)]
    return found


def _fault(tab: str, error: ErrorDetails) -> Fault:
    path = ".".join([tab, *(part for part in error["loc"] if isinstance(part, str))])
    say = SENTENCES.get(error["type"])
    return path, say(error) if say else f"{error['msg']}."


def _length(error: ErrorDetails) -> str:
    most, given = error["ctx"]["max_length"], len(error["input"])
    return f"At most {most:,} characters are possible; this has {given:,}."


def _count(error: ErrorDetails) -> str:
    return f"At most {error['ctx']['max_length']} are possible; these are {error['ctx']['actual_length']}."


# What pydantic calls a fault, and how we say it to a person.
SENTENCES: dict[str, Callable[[ErrorDetails], str]] = {
    "extra_forbidden": lambda _: "There is no such setting.",
    "value_error": lambda error: str(error["ctx"]["error"]),
    "string_too_long": _length,
    "too_long": _count,
    "string_type": lambda _: "It is a text.",
    "string_unicode": lambda _: "It holds half a character, which can't be stored.",
    "int_type": lambda _: "It is a whole number.",
    "int_parsing": lambda _: "It is a whole number.",
    "int_parsing_size": lambda _: "It is a smaller number.",
    "int_from_float": lambda _: "It is a whole number.",
    "finite_number": lambda _: "It is a whole number.",
    "greater_than_equal": lambda error: f"It is at least {error['ctx']['ge']:,}.",
    "less_than_equal": lambda error: f"It is at most {error['ctx']['le']:,}.",
    "bool_type": lambda _: "It is true or false.",
    "bool_parsing": lambda _: "It is true or false.",
    "enum": lambda error: f"It is one of {error['ctx']['expected']}.".replace("'", ""),
    "time_type": lambda _: "It is a time of day, like 08:30.",
    "time_parsing": lambda _: "It is a time of day, like 08:30.",
    "tuple_type": lambda _: "It is a list.",
    "model_type": lambda _: "It holds settings by name.",
    "model_attributes_type": lambda _: "It holds settings by name.",
}
