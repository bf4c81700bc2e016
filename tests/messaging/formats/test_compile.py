import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from tidings.messaging.builtin import TEMPLATES
from tidings.messaging.formats.compile import FORMATS, compile_source
from tidings.messaging.formats.errors import BadSource
from tidings.messaging.personalization.template import used_names

MJML = "<mjml>\n<mj-body>\n<mj-section>\n<mj-column>\n{}\n</mj-column>\n</mj-section>\n</mj-body>\n</mjml>"
PLACEHOLDER = '{{ contact["Shoe size"] | default("<none>") }}'


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_written_is_nothing_compiled(form):
    assert compile_source(form, " \n", "de") == ""


def test_html_without_style_sheets_stays_as_it_is():
    source = "<P class=x>Hi {{ contact.a }}<br/>&nbsp;"
    assert compile_source("html", source) == source


def test_rules_of_a_style_sheet_stand_in_the_elements():
    html = compile_source("html", "<style>p { color: red } p:hover { color: blue }</style><p>Hi</p>")
    assert '<p style="color: red;">' in html
    assert "p:hover" in html


def test_a_loop_over_rows_stays_around_them_when_rules_are_inlined():
    rows = "{% for i in contact.list %}<tr><td>{{ i }}</td></tr>{% endfor %}"
    html = compile_source("html", f"<style>td {{ color: red }}</style><table>{rows}</table>")
    assert "<tbody>{% for i in contact.list %}<tr>" in html
    assert "</tr>{% endfor %}</tbody>" in html


def test_no_style_sheet_of_a_stranger_is_fetched():
    source = '<link rel="stylesheet" href="http://127.0.0.1:9/x.css"><style>p { color: red }</style><p>Hi</p>'
    assert "http://127.0.0.1:9/x.css" in compile_source("html", source)


@pytest.mark.parametrize(
    "source", ["<p>Hallo</p>", '<html lang="en"><body>Hallo</body></html>', "<HTML><p>x"]
)
def test_the_document_says_its_language(source):
    assert lxml_html.document_fromstring(compile_source("html", source, "de")).get("lang") == "de"


def test_markdown_becomes_a_document_with_headings_links_and_tables():
    html = compile_source("markdown", "# One\n\n[two](https://x.example/?a=1&b=2)\n\n|a|\n|-|\n|3|", "de")
    page = lxml_html.document_fromstring(html)
    assert (page.findtext(".//h1"), page.find(".//a").get("href")) == ("One", "https://x.example/?a=1&b=2")
    assert page.findtext(".//td") == "3"


@pytest.mark.parametrize(
    "source", ["# {}", "[a]({})", "- {}", "*{}*", "`{}`", "<b>{}</b>", "> {}", "![a]({})", "{}", "a {} b"]
)
def test_placeholders_pass_through_markdown_untouched(source):
    assert PLACEHOLDER in compile_source("markdown", source.format(PLACEHOLDER))


def test_blocks_of_markdown_stand_between_its_paragraphs():
    html = compile_source("markdown", "One\n\n{% if contact.a %}\n\nTwo\n\n{% endif %}\n\nThree")
    assert [piece.count("<p") for piece in html.split("{%")] == [1, 1, 1]


@given(st.text("ab*_`#-{}<>[]()!\n |&;\"'", max_size=60))
def test_any_text_is_markdown(source):
    compile_source("markdown", source)


def test_mjml_becomes_a_document_of_tables():
    html = compile_source(
        "mjml", MJML.format("<mj-text>Hi</mj-text><mj-button href='https://x.example'>Go</mj-button>")
    )
    assert "<!doctype html>" in html
    assert 'href="https://x.example"' in html


@pytest.mark.parametrize(
    "inside",
    [
        "<mj-text>{}</mj-text>",
        '<mj-button href="{}">Go</mj-button>',
        '<mj-image src="{}" alt="x" />',
        "<mj-text><a href='{}'>Go</a></mj-text>",
        "<mj-table><tr><td>{}</td></tr></mj-table>",
    ],
)
def test_placeholders_pass_through_mjml_untouched(inside):
    assert PLACEHOLDER in compile_source("mjml", MJML.format(inside.format(PLACEHOLDER)))


def test_a_block_around_mjml_stays_around_what_it_becomes():
    html = compile_source("mjml", MJML.format("{% if contact.a %}<mj-text>Hi</mj-text>{% endif %}"))
    assert html.index("{% if") < html.index("<div style") or html.index("{% if") < html.index(
        ">Hi<"
    ) < html.index("{% endif")


def test_mjml_loads_no_fonts_of_strangers():
    assert "fonts.googleapis" not in compile_source("mjml", MJML.format("<mj-text>Hi</mj-text>"))


def test_rules_of_an_mj_style_stand_in_the_elements():
    source = MJML.format('<mj-text><p class="a">Hi</p></mj-text>')
    source = source.replace(
        "<mj-body>", "<mj-head><mj-style>.a > b, .a { color: red }</mj-style></mj-head><mj-body>"
    )
    assert "color: red" in compile_source("mjml", source).partition("<body")[2]


@pytest.mark.parametrize(
    ("inside", "line", "words"),
    [
        ("<mj-txt>Hi</mj-txt>", 5, "MJML has no tag <mj-txt>. Did you mean <mj-text>?"),
        ("<mj-section></mj-section>", 5, "<mj-section> can't stand in <mj-column>"),
        ("Hi", 5, "text can't stand directly in <mj-column>"),
        ("<mj-text>\n<b>Hi</mj-text>", 6, "<b> isn't closed before </mj-text>"),
        ("<mj-text>\n1 < 2</mj-text>", 6, "Write &lt; instead"),
        ('<mj-image src="x">', 5, "Write <mj-image … />"),
        ("<mj-text>\n\n<a href=x>y</a></mj-text>", 7, 'Write href="…"'),
        ('<mj-include path="/etc/passwd" />', 5, "MJML has no tag <mj-include>"),
        ("</mj-text>", 5, "</mj-text> ends nothing"),
        ("<mj-social>{% if x %}</mj-social>", 5, "{% if x %} can't stand directly in <mj-social>"),
        ("<mj-text>Hi", 5, "<mj-text> isn't closed"),
    ],
)
def test_what_is_wrong_in_mjml_is_told_with_its_line(inside, line, words):
    with pytest.raises(BadSource) as error:
        compile_source("mjml", MJML.format(inside))
    assert error.value.facts["line"] == line
    assert words in str(error.value)


@pytest.mark.parametrize(
    "source", ["<p>Hi</p>", "Hi", "<mjml></mjml>", "<mjml><mj-body>", "{{ contact.a }}", "<"]
)
def test_what_is_no_mjml_is_refused(source):
    with pytest.raises(BadSource):
        compile_source("mjml", source)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.key)
def test_each_built_in_template_compiles_and_has_a_link_to_unsubscribe(template):
    html = compile_source(template.format, template.source, "en")
    assert ("links", "unsubscribe") in used_names(html, "html")
    assert "prefers-color-scheme: dark" in html
