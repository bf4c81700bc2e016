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
from tidings.messaging import files, library
from tidings.messaging.file_types import MAIL_WIDTH
from tidings.messaging.models import File

router = Router(tags=["messages"])

WIDEST = 10_000  # pixels
NARROWED = "A picture that is wider is kept as a copy that wide, in pixels."


class AltIn(Schema):
    """What is read out where a picture isn't seen."""

    model_config = ConfigDict(extra="forbid")
    alt: str = Field(examples=["Our shop in Berlin"])


class WidthIn(Schema):
    """How wide the copy is, in pixels."""

    model_config = ConfigDict(extra="forbid")
    width: int = Field(default=MAIL_WIDTH, ge=1, le=WIDEST, examples=[1_200])


class FileOut(Schema):
    """A picture or document. Anyone who knows its address can load it, nobody can guess it."""

    id: int = Field(examples=[12])
    name: str = Field(examples=["shop.jpg"])
    url: str = Field(examples=["https://news.example.org/f/0qJx2yTkQ1mB3dVw8sLr5A"])
    content_type: str = Field(examples=["image/jpeg"])
    size: int = Field(description="Bytes.", examples=[48_213])
    width: int = Field(description="Pixels; 0 for documents.", examples=[1_200])
    height: int = Field(examples=[800])
    is_too_wide: bool = Field(
        description="Mail shows less than that: `shrink` makes a smaller copy.", examples=[False]
    )
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
    width: Annotated[int | None, Form(ge=1, le=WIDEST, description=NARROWED)] = None,
) -> Status[FileOut]:
    """Stores a picture or document, to be shown by its address or attached by its id."""
    kept = library.keep(file.open(), name=file.name or "", alt=alt, width=width, by=request.auth)
    response["Location"] = f"{request.path}/{kept.pk}"
    return Status(201, _out(kept))


@router.get("/files/{int:number}", response=answers({200: FileOut}, 404))
def get_file(request: Call, number: int) -> FileOut:  # noqa: ARG001 - ninja passes the request
    """Gets what is known about a file."""
    return _out(files.find(number))


@router.post("/files/{int:number}/shrink", response=answers({201: FileOut}, 404))
def shrink_file(request: Call, response: HttpResponse, number: int, payload: WidthIn) -> Status[FileOut]:
    """Stores a smaller copy of a picture, with the same text. The picture itself stays as it is."""
    made = library.shrink(files.find(number), width=payload.width, by=request.auth)
    response["Location"] = f"{request.path.removesuffix(f'/{number}/shrink')}/{made.pk}"
    return Status(201, _out(made))


@router.patch("/files/{int:number}", response=answers({200: FileOut}, 400, 404))
def change_file(request: Call, number: int, payload: AltIn) -> FileOut:
    """Changes the text of a picture."""
    return _out(library.describe(files.find(number), alt=payload.alt, by=request.auth))


@router.delete("/files/{int:number}", response=answers({204: None}, 404, 409))
def delete_file(request: Call, number: int) -> Status[None]:
    """Deletes a file that no message shows or brings along."""
    library.delete(files.find(number), by=request.auth)
    return Status(204, None)


def _out(file: File) -> FileOut:
    fields = ("name", "content_type", "size", "width", "height", "is_too_wide", "alt", "created_at")
    return FileOut(id=file.pk, url=files.url_of(file), **{field: getattr(file, field) for field in fields})
