"""A Django storage whose files are rows of chunks."""

import io
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import transaction

from tidings.kernel import db
from tidings.kernel.errors import NotFound
from tidings.kernel.files.models import Chunk, StoredFile

CHUNK_BYTES = 1024 * 1024  # a chunk passes through memory whole; larger ones gain nothing


class DatabaseStorage(Storage):
    """Files are written once, read in order, and removed whole."""

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        if mode != "rb":
            raise ValueError("stored files are read as bytes; save a new one instead of changing it")
        file = StoredFile.objects.filter(name=name).first()
        if file is None:
            raise NotFound(thing="file", ref=name)
        opened = File(io.BufferedReader(_Chunks(file), CHUNK_BYTES), name)
        opened.size = file.size  # else Django asks the reader, which can't seek
        return opened

    def _save(self, name: str, content: "File[Any]") -> str:
        with transaction.atomic():
            file = StoredFile.objects.create(name=name)
            for number, data in enumerate(content.chunks(CHUNK_BYTES)):
                Chunk(file=file, number=number, data=data).save(force_insert=True)
                file.size += len(data)
            file.save(update_fields=["size"])
        return name

    def delete(self, name: str) -> None:
        StoredFile.objects.filter(name=name).delete()

    def exists(self, name: str) -> bool:
        return StoredFile.objects.filter(name=name).exists()

    def size(self, name: str) -> int:
        return StoredFile.objects.values_list("size", flat=True).get(name=name)


class _Chunks(io.RawIOBase):
    """Reads a stored file chunk by chunk; memory holds one."""

    def __init__(self, file: StoredFile) -> None:
        self._file = file
        self._next = 0
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = self._fetch()
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def _fetch(self) -> memoryview:
        data = db.value(
            "SELECT data FROM file_chunks WHERE file_id = %(file)s AND number = %(number)s",
            {"file": self._file.pk, "number": self._next},
        )
        self._next += 1
        return memoryview(data or b"")
