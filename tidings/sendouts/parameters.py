"""What a single send brings along for its message to show: values that are checked before anything is stored."""

import math
from collections.abc import Mapping
from functools import lru_cache

from tidings.attributes.rules import FORBIDDEN_CHARACTER
from tidings.messaging.checks.check import gaps_of
from tidings.messaging.checks.placeholders import PARAMETER
from tidings.messaging.mime.message import Content, find_names
from tidings.messaging.models import Version
from tidings.messaging.personalization.names import fold_name
from tidings.messaging.personalization.values import MAX_ITEMS, MAX_VALUE_CHARS
from tidings.messaging.queries import content_of
from tidings.sendouts.errors import BadParameter, ParametersMissing

Scalar = str | int | float | bool | None
Given = Mapping[str, Scalar | list[Scalar]]

NAME_CHARACTERS_AT_MOST = 100
VERSIONS_KEPT = 256


def parameters_of(version: Version) -> Mapping[str, bool]:
    """The parameters that the version shows, in the form in which names compare, and whether it can't do without."""
    return _parameters_of(content_of(version))


@lru_cache(VERSIONS_KEPT)
def _parameters_of(content: Content) -> Mapping[str, bool]:
    without_fallback = {name.name for name in gaps_of(content, [PARAMETER])}
    shown = sorted(fold_name(name.name) for name in find_names(content) if name.root == PARAMETER)
    return {name: name in without_fallback for name in shown}


def checked(given: Given, shown: Mapping[str, bool]) -> dict[str, object]:
    """The values under the names by which templates find them.

    Raises `BadParameter` for what the message doesn't show or no message can, and `ParametersMissing`.
    """
    values: dict[str, object] = {}
    for name, value in given.items():
        folded = fold_name(name)
        if why := _fault_of_name(folded, values, shown) or _fault(value):
            raise BadParameter(name=name[:NAME_CHARACTERS_AT_MOST], why=why)
        values[folded] = value
    if missing := [name for name, needed in shown.items() if needed and values.get(name) in (None, "")]:
        raise ParametersMissing(names=", ".join(f"param.{name}" for name in missing))
    return values


def _fault_of_name(name: str, values: Mapping[str, object], shown: Mapping[str, bool]) -> str:
    if name in values:
        return "it was given twice. Names count whatever their case."
    if name in shown:
        return ""
    return f"the message shows {', '.join(shown)}, not this." if shown else "the message shows no parameters."


def _fault(value: object) -> str:
    if not isinstance(value, list):
        return _fault_of_one(value)
    if len(value) > MAX_ITEMS:
        return f"a list has {MAX_ITEMS:,} items at most."
    return next(filter(None, map(_fault_of_one, value)), "")


def _fault_of_one(value: object) -> str:
    if isinstance(value, str):
        if FORBIDDEN_CHARACTER.search(value):
            return "it holds a sign that no text may have."
        if len(value) > MAX_VALUE_CHARS:
            return f"a text has {MAX_VALUE_CHARS:,} characters at most."
    elif isinstance(value, float) and not math.isfinite(value):
        return "it is no number."
    return (
        ""
        if value is None or isinstance(value, (str, int, float))
        else "it is no text, number or list of these."
    )
