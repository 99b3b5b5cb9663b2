"""A text that is written once and sent many times: packed beforehand, named by its content, not sent to who has it."""

import gzip
import hashlib
import re
from dataclasses import dataclass


def takes_gzip(accepted: bytes) -> bool:
    """Say whether an Accept-Encoding header takes gzip.

    >>> takes_gzip(b"br, gzip;q=0.5"), takes_gzip(b"gzip;q=0"), takes_gzip(b"")
    (True, False, False)
    """
    for part in accepted.lower().split(b","):
        name, _, quality = part.strip().partition(b";")
        if name.strip() == b"gzip":
            return re.fullmatch(rb"q=0(\.0*)?", quality.strip()) is None
    return False


def matches(asked: str | None, tag: str) -> bool:
    """Say whether `If-None-Match` names a tag; packing an answer made its tag weak.

    >>> matches('"a", W/"b"', '"b"'), matches("*", '"b"'), matches(None, '"b"')
    (True, True, False)
    """
    if asked is None:
        return False
    tags = (name.strip().removeprefix("W/") for name in asked.split(","))
    return any(named in ("*", tag) for named in tags)


@dataclass(frozen=True, slots=True)
class Representation:
    """The bytes of one text as they are sent, plain and packed."""

    body: bytes
    packed: bytes
    tag: str
    """A strong entity tag, of the plain bytes."""

    @classmethod
    def of(cls, body: bytes) -> "Representation":
        """Pack a text and name it by its content; some milliseconds for a megabyte."""
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        return cls(body, gzip.compress(body, mtime=0), tag)

    def choose(
        self, accept_encoding: str, if_none_match: str | None
    ) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and headers for a request with these two headers.

        >>> Representation.of(b"x").choose("", "*")[:2]
        (304, b'')
        """
        if matches(if_none_match, self.tag):
            return 304, b"", {"etag": self.tag}
        if takes_gzip(accept_encoding.encode()):
            # Other bytes than the unpacked: the same text, though not the same to the byte.
            return 200, self.packed, {"etag": f"W/{self.tag}", "content-encoding": "gzip"}
        return 200, self.body, {"etag": self.tag}
