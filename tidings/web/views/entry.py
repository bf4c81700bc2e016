"""Signing in and out, and making the first user of a new installation."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from tidings.accounts.actions import accept_first_invitation, invitation_holds
from tidings.accounts.errors import InvitationSpent
from tidings.web.forms import LoginForm, WelcomeForm, attempt
from tidings.web.routing import page


class Login(LoginView):
    """The page that asks who is there."""

    template_name = "web/entry/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # A fragment asked for after the session ended was sent here: the whole page has to come.
        if request.headers.get("HX-Request"):
            back = HtmxDetails(request).current_url_abs_path or "/"
            return HttpResponseClientRedirect(f"{request.path}?{urlencode({'next': back})}")
        return super().get(request, *args, **kwargs)


@login_not_required
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Makes the first user with the link of the first start, and signs them in."""
    if not invitation_holds(token):
        raise InvitationSpent
    form = WelcomeForm(request.POST or None)
    if user := attempt(form, lambda: accept_first_invitation(token, **form.cleaned_data)):
        login(request, user)
        messages.success(request, f"Welcome, {user}. Make your first group and bring people into it.")
        return redirect("web:dashboard")
    return render(request, "web/entry/welcome.html", {"form": form})


urls = [
    page("login/", Login.as_view(), "login"),
    page("logout/", LogoutView.as_view(), "logout"),
    page("welcome/<str:token>/", welcome, "welcome"),
]
