"""Judges a picture that is to be shown: what it is and how large, from its head, before anything is unpacked."""

import io
from typing import Final

from PIL import Image, UnidentifiedImageError

from lodestone.base.errors import InvalidError, Problem

FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
"""Media types of pictures that are taken, and what Pillow calls them."""
SIDE_MAX: Final = 4096
BROKEN: Final = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError)
"""What Pillow raises for bytes that are no picture of the format they were sent as."""
HUGE: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)
"""What it raises, or where warnings are errors, for one that claims more pixels than any picture has."""
_FIELD: Final = "picture"


def picture_size(body: bytes, kind: str) -> tuple[int, int]:
    """Return width and height of a picture in pixels.

    Args:
        body: The whole file.
        kind: Its media type, one of `FORMATS`.

    Raises:
        InvalidError: `picture_invalid` for what is no such picture, `picture_too_large`.
    """
    try:
        with Image.open(io.BytesIO(body), formats=(form_of(kind),)) as picture:
            width, height = picture.size
    except BROKEN as error:
        raise refused("picture_invalid", "this is no picture that can be read") from error
    except HUGE as error:
        raise too_large() from error
    if max(width, height) > SIDE_MAX:
        raise too_large()
    return width, height


def too_large() -> InvalidError:
    """Return the error for a picture that has too many pixels."""
    return refused(
        "picture_too_large", f"no side may be longer than {SIDE_MAX} pixels; make it smaller"
    )


def form_of(kind: str) -> str:
    """Return what Pillow calls a media type. Raises InvalidError `picture_invalid`."""
    if kind not in FORMATS:
        raise refused("picture_invalid", f"Content-Type must be one of {', '.join(FORMATS)}")
    return FORMATS[kind]


def refused(code: str, problem: str) -> InvalidError:
    """Return the error that says what is wrong with a picture."""
    return InvalidError(code, f"{problem}.", (Problem(_FIELD, problem),))
