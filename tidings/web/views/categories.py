"""Categories of groups."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tidings.groups import categories, queries
from tidings.kernel.errors import Refused
from tidings.web.forms import SearchForm, StyledForm, attempt
from tidings.web.paging import page_of
from tidings.web.request import OperatorRequest
from tidings.web.routing import page

ORDER = ("name", "pk")


class CategoryForm(StyledForm):
    """What a category is called."""

    name = forms.CharField(help_text="1 to 100 characters.", widget=forms.TextInput({"autocomplete": "off"}))


def listing(request: OperatorRequest) -> HttpResponse:
    """Categories with their numbers of groups, and the form for a new one."""
    form = CategoryForm(request.POST or None)
    if made := attempt(form, lambda: categories.create(form.cleaned_data["name"], by=request.user)):
        messages.success(request, f"Category “{made}” is there. Groups get it in their settings.")
        return redirect("web:categories")
    search = SearchForm(request.GET)
    if not search.is_valid():
        raise Refused(reason="This search can't be read. Open the categories again.")
    text = search.cleaned_data["q"]
    shown = page_of(queries.categories(text), ORDER, request.GET.get("page", ""))
    return render(request, "web/groups/categories.html", {"form": form, "page": shown, "q": text})


def category(request: OperatorRequest, pk: int) -> HttpResponse:
    """One category: its name, and its end."""
    found = queries.find_category(pk)
    form = CategoryForm(request.POST or None, initial={"name": found.name})
    if done := attempt(form, lambda: categories.rename(found, form.cleaned_data["name"], by=request.user)):
        messages.success(request, f"The category is called “{done}” now.")
        return redirect("web:categories")
    counted = queries.categories().get(pk=pk)
    return render(request, "web/groups/category.html", {"form": form, "category": counted})


@require_POST
def delete(request: OperatorRequest, pk: int) -> HttpResponse:
    """Deletes a category; its groups become uncategorised."""
    found = queries.find_category(pk)
    groups = categories.delete(found, by=request.user)
    messages.success(
        request,
        f"Category “{found.name}” is deleted; {groups:,} group{'s have' if groups != 1 else ' has'} none now.",
    )
    return redirect("web:categories")


urls = [
    page("categories/", listing, "categories"),
    page("categories/<int:pk>/", category, "category"),
    page("categories/<int:pk>/delete/", delete, "category-delete"),
]
