"""A message to be read in a browser, by whoever has the link that stood in it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tidings.messaging.links import PREVIEW_TOKEN, read_recipient
from tidings.messaging.mime.message import Preview
from tidings.public.doors import public
from tidings.sendouts.errors import NotOnline
from tidings.sendouts.online import online_copy

# What a mail program would show, and no more: no script, no form; its links lead out.
AS_IN_MAIL = (
    "default-src 'none'; img-src 'self' https: data:; style-src 'unsafe-inline'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


@public
def view(request: HttpRequest, token: str) -> HttpResponse:
    """The copy of one recipient. It changes nothing, is kept by no cache and found by no search engine."""
    if token == PREVIEW_TOKEN:
        return redirect("public:unsubscribe", token)
    try:
        shown = online_copy(read_recipient(token))
    except NotOnline:
        return render(request, "public/not_online.html", status=404)
    answer = _as_page(shown)
    answer["Content-Security-Policy"] = AS_IN_MAIL
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _as_page(shown: Preview) -> HttpResponse:
    if shown.html:
        return HttpResponse(shown.html)
    return HttpResponse(shown.text or "", content_type="text/plain; charset=utf-8")
