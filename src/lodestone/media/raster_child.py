"""Draws one SVG as a PNG, in a process of its own with nothing of the package: run as a file, SVG in, PNG out.

Whoever wrote the drawing may be a stranger. So nothing that it refers to is opened: attributes that name anything but a
part of the drawing itself or a raster picture inside it are taken out before it is drawn, and entities are refused. The
process has limits of processor time and memory, and may write no file.
"""

import re
import resource
import sys
from typing import Final
from xml.etree import ElementTree as ET

import resvg_py

BYTES_MAX: Final = 2 * 1024 * 1024
WIDTH: Final = 1200
"""Pixels; the height follows from the drawing's own shape."""
CPU_SECONDS: Final = 5
MEMORY: Final = 1024 * 1024 * 1024
_WITHIN: Final = re.compile(r"\s*(?:#|data:image/(?:png|jpeg|webp|gif)[;,])", re.IGNORECASE)
_REFERS: Final = ("href", "src")
_SCHEME: Final = re.compile(r"(?i)url\(\s*['\"]?(?!\s*['\"]?#)|@import")
_ENTITIES: Final = re.compile(r"(?i)<!(?:doctype|entity)")


def closed(svg: str) -> str:
    """Return a drawing without what refers to anything outside it.

    Raises:
        ValueError: It declares entities, or is no XML.
    """
    if _ENTITIES.search(svg):
        raise ValueError("it declares entities")
    try:
        root = ET.fromstring(svg)  # noqa: S314  entities are refused above
    except ET.ParseError as error:
        raise ValueError("it is no drawing") from error
    for element in root.iter():
        for name, text in list(element.attrib.items()):
            refers = name.rpartition("}")[2].lower() in _REFERS
            if (refers and not _WITHIN.match(text)) or _SCHEME.search(text):
                del element.attrib[name]
        if element.text and _SCHEME.search(element.text):
            element.text = ""
    return ET.tostring(root, encoding="unicode")


def main() -> int:
    """Draw what comes; 1 where it cannot be drawn."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    body = sys.stdin.buffer.read(BYTES_MAX + 1)
    if len(body) > BYTES_MAX:
        return 1
    try:
        png = resvg_py.svg_to_bytes(svg_string=closed(body.decode()), width=WIDTH)
    except (ValueError, RecursionError, MemoryError):  # UnicodeDecodeError is a ValueError
        return 1
    sys.stdout.buffer.write(png)
    return 0


if __name__ == "__main__":
    sys.exit(main())
