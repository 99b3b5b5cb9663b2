"""Pictures of a QR: as a file, and as what a camera sees."""

import io

import segno
from PIL import Image

VIEW = (640, 480)


def qr_picture(text, *, scale=6, turned=0, size=VIEW, ground=200):
    """Return a gray picture with a QR in its middle, turned by so many degrees."""
    drawn = io.BytesIO()
    segno.make_qr(text, error="m").save(drawn, kind="png", scale=scale, border=4)
    code = Image.open(drawn).convert("L").rotate(turned, expand=True, fillcolor=255)
    view = Image.new("L", size, ground)
    view.paste(code, ((size[0] - code.width) // 2, (size[1] - code.height) // 2))
    return view


def blank():
    """Return a gray picture of nothing."""
    return Image.new("L", VIEW, 120)


def packed(picture, form="JPEG", **how):
    """Return a picture's bytes."""
    body = io.BytesIO()
    picture.save(body, form, **how)
    return body.getvalue()


def camera_file(path, picture, frames=2):
    """Write what a camera sees as a film of frames all alike (YUV4MPEG2), which Chromium plays in a circle."""
    width, height = picture.size
    body = picture.tobytes() + bytes([128]) * (width * height // 2)
    head = f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + (b"FRAME\n" + body) * frames)
