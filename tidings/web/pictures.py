"""Pictures as the editors offer them: what a click puts into the source."""

from dataclasses import dataclass
from html import escape

from tidings.messaging.files import listed, url_of
from tidings.messaging.models import File

PICTURES_OFFERED = 12
SHOWN_WIDTH = 600  # pixels; what most mail programs have room for


@dataclass(frozen=True)
class Pick:
    """A picture to choose, and its source in the format of the message."""

    file: File
    url: str
    source: str


def as_pick(file: File, form: str) -> Pick:
    """The picture for a message in that format."""
    url, alt = url_of(file), file.alt
    sources = {
        "markdown": f"![{_plain(alt)}]({url})",
        "mjml": f'<mj-image src="{url}" alt="{escape(alt)}" />',
        "html": f'<img src="{url}" alt="{escape(alt)}"{_width(file)} style="max-width: 100%; height: auto">',
    }
    return Pick(file, url, sources.get(form, url))


def _width(file: File) -> str:
    """Some mail programs go by this alone, and would show a picture for fine screens at twice the width."""
    return f' width="{min(file.width, SHOWN_WIDTH)}"' if file.width else ""


def _plain(alt: str) -> str:
    return alt.replace("[", "(").replace("]", ")")


def offered(form: str) -> list[Pick]:
    """The newest pictures."""
    return [as_pick(file, form) for file in listed(pictures=True).order_by("-pk")[:PICTURES_OFFERED]]
