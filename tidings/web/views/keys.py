"""API keys: making one, whose secret is shown once, and revoking."""

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tidings.accounts.actions import create_api_key, revoke_api_key
from tidings.accounts.models import ApiKey
from tidings.kernel.errors import NotFound
from tidings.web.forms import KeyForm, attempt
from tidings.web.request import OperatorRequest
from tidings.web.routing import page


@never_cache
def keys(request: OperatorRequest) -> HttpResponse:
    """All keys, and the form for a new one. Only the answer to a POST ever shows the secret."""
    form = KeyForm(request.POST or None)
    made = attempt(form, lambda: create_api_key(request.user, form.cleaned_data["name"]))
    key, secret = made or (None, "")
    living_first = F("revoked_at").desc(nulls_first=True)
    context = {
        "form": KeyForm() if made else form,
        "keys": ApiKey.objects.select_related("user").order_by(living_first, "-pk"),
        "new_key": key,
        "secret": secret,
    }
    return render(request, "web/keys/page.html", context)


@require_POST
def revoke(request: OperatorRequest, pk: int) -> HttpResponse:
    """Ends a key."""
    key = ApiKey.objects.filter(pk=pk).first()
    if key is None:
        raise NotFound(thing="API key", ref=pk)
    revoke_api_key(key)
    messages.success(request, f"Key “{key.name}” is revoked. Programs that use it are refused from now on.")
    return redirect("web:keys")


urls = [
    page("keys/", keys, "keys"),
    page("keys/<int:pk>/revoke/", revoke, "key-revoke"),
]
