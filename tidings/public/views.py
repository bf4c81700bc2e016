"""Unsubscribing by a link, on a page or by a mail program. No login, no session, no cookie; the token is all."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tidings.kernel.network import client_address
from tidings.kernel.signing import BadToken
from tidings.messaging.links import PREVIEW_TOKEN
from tidings.public.doors import public
from tidings.public.wish import wish_of

# What a mail program posts (RFC 8058); a scanner that posts something else means nothing by it.
ONE_CLICK = ("List-Unsubscribe", "One-Click")
PLAIN = "text/plain; charset=utf-8"


@public
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Asks, and on a POST unsubscribes, from more than was asked if the button says so."""
    if token == PREVIEW_TOKEN:
        return render(request, "public/preview.html")
    wish = wish_of(token)
    if request.method != "POST":
        return render(request, "public/unsubscribe.html", {"wish": wish})
    wish.grant(source="link", ip=client_address(request), reach=request.POST.get("reach", ""))
    return render(request, "public/done.html", {"wish": wish, "token": token})


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one_click(request: HttpRequest, token: str) -> HttpResponse:
    """Unsubscribes for a mail program that asks as RFC 8058 says; a browser is led to the page."""
    if request.method != "POST":
        return redirect("public:unsubscribe", token)
    try:
        wish = wish_of(token)
    except BadToken as error:
        return HttpResponse(f"{error}\n", content_type=PLAIN, status=404)
    name, value = ONE_CLICK
    if request.POST.get(name) != value:
        text = _("Nothing was changed: the body of this request has to be %(body)s.") % {
            "body": f"{name}={value}"
        }
        return HttpResponse(f"{text}\n", content_type=PLAIN, status=400)
    wish.grant(source="one-click", ip=client_address(request))
    return HttpResponse(_("You are unsubscribed.") + "\n", content_type=PLAIN)
