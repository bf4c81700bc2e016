"""How a page of the web door is bound to its path."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import URLPattern, path
from django.utils import translation

from tidings.web.errors import with_error_pages

# Pages for operators exist in one language; numbers and Django's own sentences must not mix in another.
LANGUAGE = "en"

AnyView = Callable[..., HttpResponseBase]


def page(route: str, view: AnyView, name: str) -> URLPattern:
    """`path` for operators' pages: errors of Tidings become pages, and everything is said in one language."""
    return path(route, _in_one_language(with_error_pages(view)), name=name)


def _in_one_language(view: AnyView) -> AnyView:
    @wraps(view)
    def spoken(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override(LANGUAGE):
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()  # here: it would be rendered later, in the browser's language
            return response

    return spoken
