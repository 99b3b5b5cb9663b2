"""A voucher's code as a QR: one path, for a page to draw in its own ink."""

from typing import Final

import msgspec
import segno

QUIET: Final = 4
"""Modules of quiet ground around the code; with fewer, cameras miss it."""


class Qr(msgspec.Struct, frozen=True):
    """A QR as the path of an SVG whose view box is `0 0 size size`."""

    size: int
    path: str


def draw(text: str) -> Qr:
    """Draw a text; a seventh of the modules may be hidden or dirty and it still reads.

    >>> draw("00000").size
    29
    """
    code = segno.make_qr(text, error="m")
    runs = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            width = next((n for n, dark in enumerate(row[x:]) if not dark), len(row) - x)
            if width:
                runs.append(f"M{x + QUIET} {y + QUIET}h{width}v1h-{width}z")
            x += width + 1
    return Qr(len(code.matrix) + 2 * QUIET, "".join(runs))
