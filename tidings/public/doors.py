"""What all public views have in common: no login, no session, no cookie, no cache; a token is all they trust."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tidings.kernel.signing import BadToken

View = Callable[[HttpRequest, str], HttpResponse]


def public(view: View) -> View:
    """A page that a link opens. Reading it changes nothing: scanners open every link. A damaged link is told.

    Nobody can forge its form without the token, and whoever has the token may send it.
    """

    def opened(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return view(request, token)
        except BadToken:
            return render(request, "public/damaged.html", status=404)

    opened.__name__, opened.__doc__ = view.__name__, view.__doc__
    guarded = require_http_methods(["GET", "HEAD", "POST"])(opened)
    return csrf_exempt(login_not_required(never_cache(guarded)))
