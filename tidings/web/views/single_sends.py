"""Single sends: the form that sends a message to one contact."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from tidings.messaging.queries import find_version
from tidings.sendouts.singles import send_one
from tidings.web.forms import attempt
from tidings.web.request import OperatorRequest
from tidings.web.routing import page
from tidings.web.single_form import SingleForm


def send(request: OperatorRequest, pk: int) -> HttpResponse:
    """Sends the current version to one contact."""
    version = find_version(pk)
    form = SingleForm(version, request.POST or None)
    made = attempt(
        form,
        lambda: send_one(
            pk,
            form.cleaned_data["address"],
            form.parameters,
            group=form.cleaned_data["group"],
            by=request.user,
        ),
    )
    if made:
        messages.success(request, "The message is on its way. Here you see how it goes.")
        return redirect("web:sendout", made.sendout_id)
    return render(request, "web/messages/send_one.html", {"form": form, "version": version})


urls = [page("messages/<int:pk>/send-one/", send, "message-send-one")]
