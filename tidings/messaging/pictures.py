"""Pictures as bytes: how large they are, and smaller copies of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO, NamedTuple

from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS = 40_000_000  # 160 MB while it is read: a small file can unfold to much more
THUMBNAIL_SIDE = 400  # pixels; twice what the library shows, for fine screens
TALLEST = 1_000_000  # no bound: only the width of a copy is given
QUALITY = 85
LYING = frozenset({5, 6, 7, 8})  # orientations of Exif that swap width and height
ORIENTATION = 0x0112


class BadPicture(Exception):
    """Why bytes can't be taken as a picture, or made smaller."""


class Look(NamedTuple):
    """How large a picture is in pixels, and a thumbnail of it as WebP."""

    width: int
    height: int
    thumbnail: bytes


class Narrowed(NamedTuple):
    """A smaller copy, and the ending of its name."""

    data: bytes
    ending: str


def look(content: IO[bytes]) -> Look:
    """What a picture is; raises `BadPicture` if it can't be read, or not without taking all memory."""
    with _opened(content) as picture:
        width, height = _size(picture)
        small = _scaled(picture, THUMBNAIL_SIDE, THUMBNAIL_SIDE)
        return Look(width, height, _saved(small, "WEBP"))


def narrowed(content: IO[bytes], width: int) -> Narrowed | None:
    """A copy that wide, upright and without what cameras note, such as places; None if it is no wider already.

    Raises `BadPicture` for what can't be read, and for what moves.
    """
    with _opened(content) as picture:
        if _size(picture)[0] <= width:
            return None
        if getattr(picture, "is_animated", False):
            raise BadPicture("it moves; a smaller copy would stand still. Make it smaller where it was made.")
        is_drawn = picture.format in {"PNG", "GIF"} or picture.has_transparency_data
        form, ending = ("PNG", ".png") if is_drawn else ("JPEG", ".jpg")
        colours = picture.info.get("icc_profile")
        return Narrowed(_saved(_scaled(picture, width, TALLEST), form, icc_profile=colours), ending)


@contextmanager
def _opened(content: IO[bytes]) -> Iterator[Image.Image]:
    content.seek(0)
    try:
        with Image.open(content, formats=FORMATS) as picture:
            _demand_room(*picture.size)
            yield picture
    except BadPicture:
        raise
    except Exception as error:  # whatever its decoders stumble over
        raise BadPicture("it can't be read as a picture. Save it anew as PNG, JPEG, GIF or WebP.") from error


def _demand_room(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        possible = f"{MOST_PIXELS // 1_000_000} million are possible."
        raise BadPicture(f"it has {width:,} times {height:,} pixels; {possible}")


def _size(picture: Image.Image) -> tuple[int, int]:
    width, height = picture.size
    return (height, width) if picture.getexif().get(ORIENTATION) in LYING else (width, height)


def _scaled(picture: Image.Image, width: int, height: int) -> Image.Image:
    """The picture upright, at most that large, in colours that every format can keep."""
    side = 2 * min(width, height)
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    picture.draft(mode, (side, side))  # a JPEG is read smaller, which is quicker
    upright = ImageOps.exif_transpose(picture).convert(mode)
    upright.thumbnail((width, height))
    return upright


def _saved(picture: Image.Image, form: str, **options: bytes | None) -> bytes:
    saved = BytesIO()
    picture.save(saved, form, quality=QUALITY, optimize=True, exif=b"", **options)
    return saved.getvalue()
