import struct
import zlib

import pytest
from PIL import Image, ImageFilter

from lodestone.base.errors import InvalidError
from lodestone.media import read_qr
from lodestone.media.qr_reader import BYTES_MAX, PIXELS_MAX
from tests.worlds.qr_pictures import packed, qr_picture

CODE = "7H2KM-9QX4B-00000-ABCDE-FGHJKM"
SEEN = [
    ("straight", {}, 0), ("turned", {"turned": 17}, 0), ("upside down", {"turned": 180}, 0),
    ("small", {"scale": 3}, 0), ("out of focus", {"scale": 6}, 1.5),
]  # fmt: skip


@pytest.mark.parametrize(("how", "blurred"), [row[1:] for row in SEEN], ids=[row[0] for row in SEEN])  # fmt: skip
@pytest.mark.parametrize(
    ("form", "kind"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_a_code_is_read_as_a_camera_sees_it(how, blurred, form, kind):
    picture = qr_picture(CODE, **how).filter(ImageFilter.GaussianBlur(blurred))

    assert read_qr(packed(picture, form), kind) == CODE


def test_a_picture_without_a_code_shows_none():
    assert read_qr(packed(Image.new("L", (640, 480), 90)), "image/jpeg") is None


def test_another_kind_of_code_and_a_text_longer_than_any_of_ours_are_none():
    assert read_qr(packed(qr_picture("A" * 257, scale=3)), "image/jpeg") is None


def claiming(width, height):
    """Return a PNG of a few bytes that claims so many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


REFUSED = [
    ("a kind that is not read", packed(qr_picture(CODE), "GIF"), "image/gif", "picture_invalid"),
    ("another kind than it says", packed(qr_picture(CODE), "PNG"), "image/jpeg", "picture_invalid"),
    ("no kind", packed(qr_picture(CODE)), "", "picture_invalid"),
    ("nothing", b"", "image/jpeg", "picture_invalid"),
    ("no picture", b"<svg/>" * 20, "image/png", "picture_invalid"),
    ("cut short", packed(qr_picture(CODE))[:900], "image/jpeg", "picture_invalid"),
    ("a drawing cut short", claiming(600, 400), "image/png", "picture_invalid"),
    ("too many bytes", bytes(BYTES_MAX + 1), "image/jpeg", "picture_too_large"),
    ("too many pixels", claiming(PIXELS_MAX // 1000 + 1, 1000), "image/png", "picture_too_large"),
    ("a bomb", claiming(60_000, 60_000), "image/png", "picture_too_large"),
]


@pytest.mark.parametrize(("body", "kind", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])  # fmt: skip
def test_what_is_no_small_picture_is_refused(body, kind, code):
    with pytest.raises(InvalidError) as refusal:
        read_qr(body, kind)

    assert refusal.value.code == code
