"""The elements of HTML and MJML, as far as reading them needs to know."""

VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"
})  # fmt: skip
"""HTML's elements without an end."""

PARAGRAPHS = frozenset({
    "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"
})  # fmt: skip
"""Those with an empty line before and behind them in a text."""

LINES = PARAGRAPHS | frozenset({
    "address", "article", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form", "header",
    "li", "main", "nav", "section", "tbody", "tfoot", "thead", "tr"
})  # fmt: skip
"""Those that begin and end a line in a text."""

UNSEEN = frozenset({"head", "noscript", "script", "style", "template", "title"})
"""Those of which nothing is shown."""

_CONTENT = frozenset({
    "mj-accordion", "mj-button", "mj-carousel", "mj-divider", "mj-image", "mj-navbar", "mj-raw", "mj-social",
    "mj-spacer", "mj-table", "mj-text"
})  # fmt: skip

MJML_INSIDE = {
    "mjml": frozenset({"mj-head", "mj-body"}),
    "mj-head": frozenset({
        "mj-attributes", "mj-breakpoint", "mj-font", "mj-html-attributes", "mj-preview", "mj-raw", "mj-style",
        "mj-title"
    }),
    "mj-body": frozenset({"mj-section", "mj-wrapper", "mj-hero", "mj-raw"}),
    "mj-wrapper": frozenset({"mj-section", "mj-hero"}),
    "mj-section": frozenset({"mj-column", "mj-group", "mj-raw"}),
    "mj-group": frozenset({"mj-column"}),
    "mj-column": _CONTENT,
    "mj-hero": _CONTENT,
    "mj-accordion": frozenset({"mj-accordion-element"}),
    "mj-accordion-element": frozenset({"mj-accordion-title", "mj-accordion-text"}),
    "mj-carousel": frozenset({"mj-carousel-image"}),
    "mj-navbar": frozenset({"mj-navbar-link"}),
    "mj-social": frozenset({"mj-social-element"}),
}  # fmt: skip
"""What may stand in what. MJML's other elements hold text, HTML or nothing."""

MJML_KNOWN = frozenset({"mjml"}).union(*MJML_INSIDE.values())

MJML_SELF_CLOSED = frozenset({
    "mj-all", "mj-breakpoint", "mj-carousel-image", "mj-class", "mj-divider", "mj-font", "mj-image", "mj-spacer"
})  # fmt: skip

MJML_WITH_BLOCKS = frozenset({"mj-body", "mj-column", "mj-head", "mj-hero", "mj-section"})
"""Where `{% … %}` may stand between elements; elsewhere the compiler puts it in a wrong place."""
