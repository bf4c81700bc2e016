"""Uploads to disk whose trouble is told to the person instead of crashing the request."""

from contextlib import suppress
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

from tidings.imports.errors import NoRoomForUpload


class SpoolHandler(TemporaryFileUploadHandler):
    """Writes a file of any size to disk as it comes.

    A full disk shows while the form is read, long before a view could catch it: the rest of the file is read
    and thrown away, so that the browser hears the answer, and `trouble` says what happened.
    """

    trouble: NoRoomForUpload | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Opens the temporary file."""
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._note(error)
            raise SkipFile from error

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Writes one piece."""
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._note(error)
            self._close()
            raise SkipFile from error

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        """Writes what is still in memory."""
        try:
            return super().file_complete(file_size)
        except OSError as error:
            self._note(error)
            self._close()
            return None

    def _note(self, error: OSError) -> None:
        self.trouble = NoRoomForUpload(why=error.strerror or str(error))

    def _close(self) -> None:
        # Closing writes the rest and fails again; Django's own closing must find the file closed already.
        with suppress(OSError):
            self.file.close()


def spool(request: HttpRequest) -> SpoolHandler:
    """Makes the request keep its files by a new handler; must come before anything reads the form."""
    handler = SpoolHandler(request)
    request.upload_handlers = [handler]
    return handler
