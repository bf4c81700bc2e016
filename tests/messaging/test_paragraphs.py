"""Plain templates as HTML."""

from tidings.messaging.paragraphs import as_html


def test_paragraphs_and_lines_stay():
    assert "<p>Hello,</p>\n<p>one<br>\ntwo</p>" in as_html("Hello,\n\none\r\ntwo\n")


def test_links_of_the_system_and_written_ones_can_be_clicked():
    html = as_html("{{ links.confirm }}\n\nSee https://example.org/a?b=1&c=2.")
    assert '<p><a href="{{ links.confirm }}">{{ links.confirm }}</a></p>' in html
    assert '<a href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>.' in html


def test_what_would_be_read_as_html_is_shown_as_it_was_written():
    assert "<p>1 &lt; 2 &amp; “x”</p>" in as_html("1 < 2 & “x”")


def test_placeholders_and_blocks_stay_what_they_are():
    text = '{% if contact.age < 18 %}Hi{% endif %} {{ contact["Shoe size"] | default("<none>") }}'
    assert f"<p>{text}</p>" in as_html(text)


def test_its_language_is_told():
    assert '<html lang="de">' in as_html("Guten Tag", "de")
