"""Pictures and documents that messages show or bring along."""

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from ninja import File as FileField
from ninja import Form, Query, Router, Schema, Status, UploadedFile
from pydantic import ConfigDict, Field

from tidings.api.auth import Call
from tidings.api.paging import BEGINNING_OF_NEWEST, After, Limit, Page, cut
from tidings.api.problems import answers
from tidings.messaging import files
from tidings.messaging.models import File

router = Router(tags=["messages"])


class AltIn(Schema):
    """What is read out where a picture isn't seen."""

    model_config = ConfigDict(extra="forbid")
    alt: str = Field(examples=["Our shop in Berlin"])


class FileOut(Schema):
    """A picture or document. Anyone who knows its address can load it, nobody can guess it."""

    id: int = Field(examples=[12])
    name: str = Field(examples=["shop.jpg"])
    url: str = Field(examples=["https://news.example.org/f/0qJx2yTkQ1mB3dVw8sLr5A"])
    content_type: str = Field(examples=["image/jpeg"])
    size: int = Field(description="Bytes.", examples=[48_213])
    alt: str = Field(examples=["Our shop in Berlin"])
    created_at: datetime


@router.get("/files", response=answers({200: Page[FileOut]}))
def list_files(
    request: Call,  # noqa: ARG001 - ninja passes the request
    *,
    search: Annotated[str, Query(description="A part of the name or text.")] = "",
    pictures: Annotated[bool | None, Query(description="Only pictures, or only documents.")] = None,
    after: After = BEGINNING_OF_NEWEST,
    limit: Limit = 50,
) -> Page[FileOut]:
    """Lists pictures and documents, newest first."""
    found = files.listed(search, pictures=pictures).filter(pk__lt=int(after)).order_by("-pk")
    rows, following = cut(found, limit, lambda file: file.pk)
    return Page(items=[_out(row) for row in rows], next=following)


@router.post("/files", response=answers({201: FileOut}, 400))
def upload_file(
    request: Call,
    response: HttpResponse,
    file: Annotated[UploadedFile, FileField()],
    alt: Annotated[str, Form()] = "",
) -> Status[FileOut]:
    """Stores a picture or document, to be shown by its address or attached by its id."""
    kept = files.keep(file.open(), name=file.name or "", alt=alt, by=request.auth)
    response["Location"] = f"{request.path}/{kept.pk}"
    return Status(201, _out(kept))


@router.get("/files/{int:number}", response=answers({200: FileOut}, 404))
def get_file(request: Call, number: int) -> FileOut:  # noqa: ARG001 - ninja passes the request
    """Gets what is known about a file."""
    return _out(files.find(number))


@router.patch("/files/{int:number}", response=answers({200: FileOut}, 400, 404))
def change_file(request: Call, number: int, payload: AltIn) -> FileOut:
    """Changes the text of a picture."""
    return _out(files.describe(files.find(number), alt=payload.alt, by=request.auth))


@router.delete("/files/{int:number}", response=answers({204: None}, 404, 409))
def delete_file(request: Call, number: int) -> Status[None]:
    """Deletes a file that no message shows or brings along."""
    files.delete(files.find(number), by=request.auth)
    return Status(204, None)


def _out(file: File) -> FileOut:
    fields = ("name", "content_type", "size", "alt", "created_at")
    return FileOut(id=file.pk, url=files.url_of(file), **{field: getattr(file, field) for field in fields})
