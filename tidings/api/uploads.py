"""Files that come with a call: a multipart form's field `file`, or the body itself."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import IO, Any, BinaryIO, NamedTuple, cast

from django.conf import settings
from django.http import HttpRequest

from tidings.api.problems import UnsupportedBody
from tidings.imports.errors import NoRoomForUpload
from tidings.kernel.errors import TidingsError

FIELD = "file"
FORM = "multipart/form-data"
PLAIN = (
    "text/csv",
    "text/plain",
    "application/xml",
    "text/xml",
    "application/octet-stream",
    "application/gzip",
    "application/zip",
)
PIECE_BYTES = 1024 * 1024  # passes through memory whole


_FILE: dict[str, Any] = {"type": "string", "format": "binary"}


def body_of(*, csv: str, xml: str) -> dict[str, Any]:
    """How a call that takes a file is documented, with examples: ninja can't see what is read as it comes."""
    content = {
        FORM: {"schema": {"type": "object", "required": [FIELD], "properties": {FIELD: _FILE}}},
        **{kind: {"schema": _FILE} for kind in PLAIN},
        **{kind: {"schema": _FILE, "example": csv} for kind in ("text/csv", "text/plain")},
        **{kind: {"schema": _FILE, "example": xml} for kind in ("application/xml", "text/xml")},
    }
    return {"requestBody": {"required": True, "content": content}}


class NoFile(TidingsError):
    """The form has no file in its field “{field}”."""


class Upload(NamedTuple):
    """A file that has arrived whole, rewound; `digest` tells it from others."""

    content: BinaryIO
    filename: str
    digest: str


@contextmanager
def received(request: HttpRequest, filename: str) -> Iterator[Upload]:
    """The call's file. It waits on disk, so memory doesn't grow with it."""
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        name, pieces = _source(request, filename)
        digest = blake2b(digest_size=16)
        for piece in pieces:
            digest.update(piece)
            _keep(piece, file)
        file.seek(0)
        yield Upload(cast("BinaryIO", file), name, digest.hexdigest())


def _keep(piece: bytes, file: IO[bytes]) -> None:
    try:
        file.write(piece)
        file.flush()  # what waits in memory may not fit either
    except OSError as error:
        raise NoRoomForUpload(why=error.strerror or error) from error


def _source(request: HttpRequest, filename: str) -> tuple[str, Iterator[bytes]]:
    kind = request.content_type
    if kind in PLAIN:
        return filename or "upload.csv", iter(lambda: request.read(PIECE_BYTES), b"")
    if kind != FORM:
        raise UnsupportedBody(
            given=kind, wanted=f"{FORM} with the field “{FIELD}”, or one of {', '.join(PLAIN)}"
        )
    file = request.FILES.get(FIELD)
    if file is None:
        raise NoFile(field=FIELD)
    return filename or file.name or "upload.csv", file.chunks(PIECE_BYTES)
