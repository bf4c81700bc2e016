"""What Tidings told the user who looks."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tidings.notices import actions, queries
from tidings.web.paging import page_of
from tidings.web.request import OperatorRequest
from tidings.web.routing import page

ORDER = ("-pk",)


def listing(request: OperatorRequest) -> HttpResponse:
    """Notices, the newest first."""
    shown = page_of(queries.notices_of(request.user), ORDER, request.GET.get("page", ""))
    return render(request, "web/notices/list.html", {"page": shown})


@require_POST
def read(request: OperatorRequest, pk: int) -> HttpResponse:
    """The user has seen a notice, and goes on to what it is about."""
    notice = queries.find(request.user, pk)
    actions.mark_read(request.user, notice.pk)
    return redirect(notice.path or "web:notices")


@require_POST
def read_all(request: OperatorRequest) -> HttpResponse:
    """The user has seen all of them."""
    actions.mark_read(request.user)
    messages.success(request, "All notices are marked as read.")
    return redirect("web:notices")


urls = [
    page("notices/", listing, "notices"),
    page("notices/<int:pk>/read/", read, "notice-read"),
    page("notices/read/", read_all, "notices-read"),
]
