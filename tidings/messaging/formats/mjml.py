"""MJML to an HTML document: checked here, so that errors name a line; compiled by mrml."""

import re

from mrml import RenderOptions, to_html

from tidings.messaging.formats.errors import BadSource
from tidings.messaging.formats.masks import Masked, mask
from tidings.messaging.formats.mjml_check import check
from tidings.messaging.formats.styles import with_rules_inlined

# No fonts of strangers: loading one would tell its host who opened the message, and when.
_OPTIONS = RenderOptions(fonts={})
AUTHORS_RULES = re.compile(r"<mj-style\b[^>]*>(.*?)</mj-style\s*>", re.DOTALL | re.IGNORECASE)
MENTIONED_PLACE = re.compile(r"position (\d+):")


def compile_mjml(source: str) -> str:
    """The document; `BadSource` names the line of what mrml would refuse, or silently pass on."""
    masked = mask(source)
    check(masked)
    html = _rendered(masked)
    rules = "\n".join(AUTHORS_RULES.findall(masked.text))
    return masked.unmask(with_rules_inlined(html, rules) if rules.strip() else html)


def _rendered(masked: Masked) -> str:
    try:
        return str(to_html(masked.text, render_options=_OPTIONS).content)
    except OSError as error:  # its kind for everything it can't read
        place = MENTIONED_PLACE.search(str(error))
        line = masked.text.count("\n", 0, int(place[1])) + 1 if place else 1
        problem = f"this is no MJML that can be compiled ({error}). Check the tags and their attributes."
        raise BadSource(part="mjml", line=line, problem=problem) from error
