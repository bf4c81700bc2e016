"""Pictures for tests, as bytes."""

from io import BytesIO

from PIL import Image

ORIENTATION = 0x0112


def picture(
    width: int = 40, height: int = 30, form: str = "PNG", *, orientation: int = 1, mode: str = "RGB"
) -> bytes:
    """A picture of one colour, so that a large one takes few bytes."""
    saved, exif = BytesIO(), Image.Exif()
    exif[ORIENTATION] = orientation
    Image.new(mode, (width, height), "teal").save(saved, form, exif=exif)
    return saved.getvalue()


def moving() -> bytes:
    """A GIF of two frames, wider than mail needs."""
    saved = BytesIO()
    frames = [Image.new("RGB", (1_500, 10), colour) for colour in ("teal", "red")]
    frames[0].save(saved, "GIF", save_all=True, append_images=frames[1:])
    return saved.getvalue()


PNG = picture()
