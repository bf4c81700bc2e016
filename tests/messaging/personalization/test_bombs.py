"""Known bombs and escapes of template languages, each by name: refused, or harmless within its bounds."""

import time
import tracemalloc

import pytest

from tidings.messaging.personalization.errors import RenderError, TemplateError
from tidings.messaging.personalization.fold import surroundings
from tidings.messaging.personalization.template import read_template
from tidings.messaging.personalization.values import Escape

LONGEST_SECONDS = 5
MOST_BYTES = 64 * 1_048_576


def fill(source, contact=None, escape=Escape.VALUES):
    return read_template(source, "html", surroundings({}, {}), escape).text()(contact or {}, {}, {})


REFUSED = {
    "class of a text": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "class by a filter": "{{ contact.x | attr('__class__') }}",
    "class by a map": "{{ [''] | map(attribute='__class__') | list }}",
    "globals of a function": "{{ contact.get.__globals__ }}",
    "globals of a macro": "{{ self.__init__.__globals__ }}",
    "globals by cycler": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "names in brackets": "{{ contact['__class__'] }}",
    "names in pieces": "{{ contact['__cla' ~ 'ss__'] }}",
    "names from a value": "{{ contact[contact.x] }}",
    "names in a sort": "{{ contact.x | sort(attribute='__class__') }}",
    "a format string": "{{ '{0.__class__}'.format(contact.x) }}",
    "a format filter": "{{ '%s' | format(contact.x) }}",
    "a format by percent": "{{ '%999999999d' % 1 }}",
    "a wide format": "{{ '{:>999999999}'.format(1) }}",
    "indent": "{{ contact.x | indent(999999999) }}",
    "center": "{{ contact.x | center(999999999) }}",
    "wordwrap": "{{ contact.x | wordwrap(1, wrapstring='x' ) }}",
    "replace": "{{ contact.x | replace('a', 'aaaaaaaaaa') | replace('a', 'aaaaaaaaaa') }}",
    "a long list": "{{ range(999999999) | list }}",
    "batch": "{{ contact.x | batch(999999999, ' ') | list }}",
    "slice": "{{ contact.x | slice(999999999) | list }}",
    "product": "{{ 'a' * 999999999 }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "shift": "{{ 1 << 999999999 }}",
    "a number from a text": "{{ ('9' * 9999) | int }}",
    "a regular expression": "{{ contact.x is match('(a+)+$') }}",
    "random text": "{{ lipsum(999999) }}",
    "a macro that calls itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "a loop that calls itself": "{% for a in contact.x recursive %}{{ loop(contact.x) }}{% endfor %}",
    "a template that includes itself": "{% include 'html' %}",
    "a template that extends itself": "{% extends 'html' %}",
    "an assignment that doubles": "{% set x = 'a' %}{% for i in contact.x %}{% set x = x ~ x %}{% endfor %}",
    "a list that holds itself": "{% set x = [] %}{{ x.append(x) }}{{ x }}",
    "an expression of Python": "{{ __import__('os').system('id') }}",
    "safe": "{{ '<script>' | safe }}",
    "a block without escaping": "{% autoescape false %}{{ contact.x }}{% endautoescape %}",
    "deep lists": "{{ " + "[" * 300 + "1" + "]" * 300 + " }}",
    "deep brackets": "{{ " + "(" * 100_000 + " }}",
    "deep conditions": "{{ " + "1 if 1 else " * 5_000 + "1 }}",
    "deep blocks": "{% if 1 %}" * 5_000,
    "huge arguments": "{{ contact.x | truncate(999999999) }}",
    "huge decimals": "{{ 1 | number(999999999) }}",
    "huge text": "x" * 5_000_000,
    "a huge number": "{{ " + "9" * 100_000 + " }}",
    "a huge exponent": "{{ 1e999999999 | number(language='en') }}",
}


@pytest.mark.parametrize("bomb", REFUSED)
def test_it_is_refused_before_anything_is_sent(bomb):
    started = time.process_time()
    with pytest.raises(TemplateError):
        fill(REFUSED[bomb], {"x": "aaaa"})
    assert time.process_time() - started < LONGEST_SECONDS


VALUES = {
    "case that grows": ("{{ contact.x | upper }}", "ΐ" * 10_000),
    "many cases that grow": ("{{ contact.x | upper | lower | upper | title | upper }}", "ŉ" * 9_000),
    "signs that grow": ("{{ contact.x }}", "<" * 10_001),
    "links that grow": ("{{ contact.x | urlencode | urlencode | urlencode }}", "🙂" * 2_000),
    "a joined list": ("{{ contact.x | join(contact.y) }}", "a"),
    "a number without end": ("{{ contact.x | number }}", "1e999999999"),
    "a number with many digits": ("{{ contact.x }}", 10**10_000),
    "no number": ("{{ contact.x | money('EUR') }}", "NaN"),
    "a list that holds lists": ("{{ contact.x }}", [[["a"] * 1_000] * 1_000] * 1_000),
    "a list that holds itself": ("{{ contact.x }}", (loop := [], loop.append(loop))[0]),
    "an object": ("{{ contact.x }}", object()),
    "a date that is none": ("{{ contact.x | date }}", "9" * 9_000),
}


@pytest.mark.parametrize("bomb", VALUES)
def test_its_values_make_one_copy_fail_quickly_and_in_little_memory(bomb):
    source, value = VALUES[bomb]
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises((RenderError, TemplateError)):
        fill(source, {"x": value})
    assert time.process_time() - started < LONGEST_SECONDS
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < MOST_BYTES


@pytest.mark.parametrize(
    "value",
    ["{{ 7 * 7 }}", "{% for a in contact.x %}", "__class__", "${7*7}", "%s%s%n", "{0.__class__}", "<script>"],
)
def test_what_stands_in_a_value_is_only_text(value):
    assert fill("{{ contact.x }}", {"x": value}, Escape.NOTHING) == value
