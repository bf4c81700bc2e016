"""Style sheets put into the elements themselves: many mail programs read nothing else."""

import re

from css_inline import CSSInliner

from tidings.messaging.formats.masks import mask

STYLE_TAG = re.compile(r"<style\b", re.IGNORECASE)
BLOCK_BEFORE_ROW = re.compile(r"(<table\b[^>]*>)(?=(?:\s*<!--[^>]*-->)+\s*<tr\b)", re.IGNORECASE)
NOT_INLINED = ' data-css-inline="ignore"'

# Style sheets of strangers aren't fetched: whoever writes a message could make the server ask any address.
_INLINER = CSSInliner(keep_style_tags=True, keep_link_tags=True, load_remote_stylesheets=False)


def with_inline_styles(html: str) -> str:
    """The HTML with the rules of its style sheets in the elements, for mail programs that read no style sheets.

    The sheets stay, for media queries and `:hover`. HTML without any comes back as it is.
    """
    if not STYLE_TAG.search(html):
        return html
    masked = mask(html)
    return masked.unmask(_INLINER.inline(_with_bodies(masked.text)))


def with_rules_inlined(html: str, rules: str) -> str:
    """The HTML with these rules in its elements; what its own style sheets say stays in those."""
    inliner = CSSInliner(
        keep_style_tags=True, keep_link_tags=True, load_remote_stylesheets=False, extra_css=rules
    )
    ignored = STYLE_TAG.sub(f"<style{NOT_INLINED}", _with_bodies(html))
    return inliner.inline(ignored).replace(NOT_INLINED, "")


def _with_bodies(html: str) -> str:
    """Tables with the <tbody> that a parser would put behind the comment of a loop over their rows."""
    return BLOCK_BEFORE_ROW.sub(r"\1<tbody>", html)
