"""Bytes as text that stands in an address: URL-safe base64 without padding (RFC 4648, 5)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def text_of(raw: bytes) -> str:
    """Write bytes.

    >>> text_of(b"b"), raw_of(text_of(b"b"))
    ('Yg', b'b')
    """
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw_of(text: str) -> bytes:
    """Read bytes back. Raises ValueError where a text is of no such length."""
    return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
