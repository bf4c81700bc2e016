"""The language of an HTML document."""

import re
from html import escape

HTML_TAG = re.compile(r"<html\b([^>]*)>", re.IGNORECASE)
LANG = re.compile(r"""\s(?:xml:)?lang\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]*)""", re.IGNORECASE)
UNDETERMINED = ' lang="und"'


def with_language(html: str, language: str) -> str:
    """The HTML in a document that says its language, for screen readers; as it is if `language` is empty."""
    if not language:
        return html
    lang = f' lang="{escape(language)}"'
    html = html.replace(UNDETERMINED, lang)  # what MJML's compiler says of a language it doesn't know
    if HTML_TAG.search(html):
        return HTML_TAG.sub(lambda tag: f"<html{LANG.sub('', tag[1])}{lang}>", html, count=1)
    head = '<head><meta charset="utf-8"></head>'
    return f"<!doctype html>\n<html{lang}>\n{head}\n<body>\n{html}\n</body>\n</html>"
