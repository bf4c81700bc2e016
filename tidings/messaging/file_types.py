"""Which files messages may show or bring along. Nothing that a browser would run."""

from pathlib import PurePath

PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
"""How pictures begin. What a file is called doesn't matter for them; SVG is none, because it can hold scripts."""

WEBP_HEAD, WEBP_MARK = slice(0, 4), slice(8, 12)

DOCUMENTS = {
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".ics": "text/calendar",
    ".vcf": "text/vcard",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".epub": "application/epub+zip",
    ".zip": "application/zip",
}
PICTURE_ENDINGS = {".png", ".jpg", ".jpeg", ".gif", ".webp"}
HEAD_BYTES = 16  # enough to tell a picture
MAIL_WIDTH = 1_200  # pixels; twice what a mail is wide, for fine screens


def content_type(name: str, head: bytes) -> str | None:
    """The type of a file by how it begins, or for documents by the ending of its name; None if it can't be taken."""
    if head[WEBP_HEAD] == b"RIFF" and head[WEBP_MARK] == b"WEBP":
        return "image/webp"
    by_head = next((kind for start, kind in PICTURES.items() if head.startswith(start)), None)
    return by_head or DOCUMENTS.get(PurePath(name).suffix.lower())


def why_not(name: str) -> str:
    """Why a file of no known type isn't taken, and what would be."""
    ending = PurePath(name).suffix.lower()
    if ending in PICTURE_ENDINGS:
        return "it is called like a picture but is none. Save it anew as PNG, JPEG, GIF or WebP."
    known = ", ".join(sorted(one.removeprefix(".") for one in DOCUMENTS))
    return f"its type isn't taken. Pictures may be PNG, JPEG, GIF or WebP, documents {known}."
