"""Pictures and documents of messages, for whoever got one."""

from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tidings.messaging.models import File

# The bytes behind a token never change, so every cache may keep them for good.
CACHED = "public, max-age=31536000, immutable"
NOTHING_RUNS = "default-src 'none'; sandbox"


@login_not_required
@require_safe
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file behind a token: a picture to show, a document to save."""
    found = File.objects.filter(token=token).first()
    if found is None:
        return _gone(request)
    answer = FileResponse(
        default_storage.open(found.stored),
        as_attachment=not found.is_picture,
        filename=found.name,
        content_type=found.content_type,
    )
    answer["Content-Length"] = str(found.size)
    answer["Cache-Control"] = CACHED
    answer["Content-Security-Policy"] = NOTHING_RUNS
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"  # mail is read on other sites
    return answer


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "public/damaged.html", status=404)
