"""Categories: labels by which groups are found."""

from datetime import datetime

from django.http import HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.paging import After, Limit, Page, cut
from tidings.api.problems import answers
from tidings.groups import categories, queries
from tidings.groups.models import Category

router = Router(tags=["groups"])


class CategoryIn(Schema):
    """What a category is called. Names are unique, whatever their case."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(examples=["Retail"])


class CategoryOut(Schema):
    """A label on groups; a group has none or one."""

    id: int = Field(examples=[3])
    name: str = Field(examples=["Retail"])
    groups: int = Field(description="How many groups have it, archived ones too.", examples=[12])
    created_at: datetime


@router.get("/categories", response=answers({200: Page[CategoryOut]}))
def list_categories(
    request: Call,  # noqa: ARG001 - ninja passes the request
    *,
    search: str = "",
    after: After = "0",
    limit: Limit = 50,
) -> Page[CategoryOut]:
    """Lists categories in the order of their making; `search` is a part of the name."""
    found = queries.categories(search).filter(pk__gt=int(after)).order_by("pk")
    rows, following = cut(found, limit, lambda category: category.pk)
    return Page(items=[_out(row) for row in rows], next=following)


@router.post("/categories", response=answers({201: CategoryOut}, 400, 409))
def create_category(request: Call, response: HttpResponse, payload: CategoryIn) -> Status[CategoryOut]:
    """Creates a category."""
    made = categories.create(payload.name, by=request.auth)
    response["Location"] = f"{request.path}/{made.pk}"
    return Status(201, _counted(made))


@router.get("/categories/{int:number}", response=answers({200: CategoryOut}, 404))
def get_category(request: Call, number: int) -> CategoryOut:  # noqa: ARG001 - ninja passes the request
    """Gets a category."""
    return _counted(queries.find_category(number))


@router.put("/categories/{int:number}", response=answers({200: CategoryOut}, 400, 404, 409))
def rename_category(request: Call, number: int, payload: CategoryIn) -> CategoryOut:
    """Renames a category; its groups keep it."""
    return _counted(categories.rename(queries.find_category(number), payload.name, by=request.auth))


@router.delete("/categories/{int:number}", response=answers({204: None}, 404))
def delete_category(request: Call, number: int) -> Status[None]:
    """Deletes a category; its groups become uncategorised."""
    categories.delete(queries.find_category(number), by=request.auth)
    return Status(204, None)


def _counted(category: Category) -> CategoryOut:
    return _out(queries.categories().get(pk=category.pk))


def _out(category: Category) -> CategoryOut:
    number: int = category.number  # type: ignore[attr-defined]
    return CategoryOut(id=category.pk, name=category.name, groups=number, created_at=category.created_at)
