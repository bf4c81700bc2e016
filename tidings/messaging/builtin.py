"""The templates that come with Tidings: MJML, written for light and dark."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from tidings.messaging.errors import UnknownTemplate

FOLDER = files(__package__).joinpath("templates")


@dataclass(frozen=True)
class Template:
    """A start for a message; `key` names it for programs."""

    key: str
    name: str
    description: str
    subject: str
    preview_text: str = ""
    format: str = "mjml"
    text: str = ""
    attachments: Sequence[int] = ()

    @property
    def source(self) -> str:
        """Its MJML."""
        return FOLDER.joinpath(f"{self.key}.mjml").read_text(encoding="utf-8")


TEMPLATES = (
    Template(
        "newsletter",
        "Newsletter",
        "A lead story with a button, two shorter ones beside each other, a footer.",
        "{{ group.name }}: the news of this month",
        "What happened, and what comes next.",
    ),
    Template(
        "announcement",
        "Announcement",
        "One thing to say, and one button.",
        "Something new from {{ group.name }}",
        "One thing you should know.",
    ),
    Template(
        "letter",
        "Plain letter",
        "Words alone, as one writes to a person.",
        'A letter to {{ contact.first_name | default("you") }}',
    ),
)


def builtin(key: str) -> Template:
    """The template with that key; raises `UnknownTemplate`."""
    found = next((one for one in TEMPLATES if one.key == key), None)
    if found is None:
        raise UnknownTemplate(name=key, known=", ".join(one.key for one in TEMPLATES))
    return found
