"""Parts of things that higher packages own, named in Django's settings by dotted path."""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


def load(setting: str) -> tuple[Any, ...]:
    """The plugs of a setting such as `GROUP_PARTS`, in its order."""
    return _load(tuple(getattr(settings, setting)))


@cache
def _load(paths: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(map(import_string, paths))
