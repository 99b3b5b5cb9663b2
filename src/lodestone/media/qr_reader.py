"""Reads the QR in a small picture: a frame of a camera, or a file that somebody chose."""

import io
from typing import Final

import zxingcpp
from PIL import Image

from lodestone.media.pictures import BROKEN, HUGE, form_of, refused, too_large

BYTES_MAX: Final = 64 * 1024
PIXELS_MAX: Final = 1920 * 1440
"""Of the picture once unpacked, a byte each: a few bytes can claim any number of them."""
TEXT_MAX: Final = 256
"""Letters of a code that are handed on; no code of ours is longer."""


def read_qr(body: bytes, kind: str) -> str | None:
    """Return the text of the QR in a picture, None where it shows none.

    Takes some milliseconds of processor: call it in a thread.

    Args:
        body: At most `BYTES_MAX` bytes.
        kind: Its media type, one of `pictures.FORMATS`.

    Raises:
        InvalidError: `picture_invalid` for what is no such picture, `picture_too_large`.
    """
    form = form_of(kind)
    if len(body) > BYTES_MAX:
        raise refused("picture_too_large", f"send at most {BYTES_MAX} bytes; make it smaller")
    # Made for each call: what a module holds of its types, it complains of when the process ends.
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    codes = zxingcpp.read_barcodes(_gray(body, form), formats=formats)
    texts = (code.text for code in codes if code.valid)
    return next((text for text in texts if 0 < len(text) <= TEXT_MAX), None)


def _gray(body: bytes, form: str) -> Image.Image:
    """Unpack a picture to a byte for each pixel, its size judged first."""
    try:
        with Image.open(io.BytesIO(body), formats=(form,)) as picture:
            width, height = picture.size
            if width * height <= PIXELS_MAX:
                return picture.convert("L")
    except BROKEN as error:
        raise refused("picture_invalid", "this is no picture that can be read") from error
    except HUGE as error:
        raise too_large() from error
    raise refused("picture_too_large", f"send at most {PIXELS_MAX} pixels; make it smaller")
