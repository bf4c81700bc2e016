"""From the source of a version to its HTML, whatever it is written in."""

from importlib import import_module

from tidings.messaging.formats.language import with_language

# Named, not imported: the readers of Markdown and MJML cost commands that need neither 50 ms at their start.
COMPILERS = {
    "html": "styles.with_inline_styles",
    "markdown": "markdown.compile_markdown",
    "mjml": "mjml.compile_mjml",
    "blocks": "blocks.compile_blocks",
}
FORMATS = tuple(COMPILERS)


def compile_source(form: str, source: str, language: str = "") -> str:
    """The HTML of a source in one of `FORMATS`, in a language if one is given; nothing if the source is empty."""
    if not source.strip():
        return ""
    module, _, function = COMPILERS[form].partition(".")
    compiled: str = getattr(import_module(f"{__package__}.{module}"), function)(source.replace("\r\n", "\n"))
    return with_language(compiled, language)
