"""What is signed here: tags of keyed BLAKE2b, keys derived from a secret, and tokens that carry their own tag.

The one module that hashes under a key. A purpose (`person` of BLAKE2b, at most 16 bytes) keeps what is signed for one
use from being taken for another. Whether a tag is right is compared in constant time.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import NamedTuple

from lodestone.base.url_text import raw_of, text_of


def keyed_tag(secret: bytes, data: bytes, *, size: int, purpose: bytes = b"") -> bytes:
    """Return the tag of some bytes under a secret.

    Args:
        secret: At most 64 bytes.
        data: What is signed.
        size: Bytes of the tag, 1 to 64.
        purpose: What it is signed for.

    >>> keyed_tag(b"k", b"data", size=4).hex()
    '5fee0a1a'
    """
    return hashlib.blake2b(data, key=secret, digest_size=size, person=purpose).digest()


def derived_key(secret: bytes, *, size: int, purpose: bytes) -> bytes:
    """Return a key of its own for one purpose, from which the secret cannot be found; `secret` is of any length."""
    return hashlib.blake2b(secret, digest_size=size, person=purpose).digest()


def hmac_sha256(secret: bytes, data: bytes) -> bytes:
    """Return the HMAC-SHA256 of some bytes: 32 bytes, for others to check who know no BLAKE2."""
    return hmac.digest(secret, data, "sha256")


def same(left: bytes, right: bytes) -> bool:
    """Compare in a time that does not say where they differ."""
    return hmac.compare_digest(left, right)


class Tagger:
    """Makes many tags under one secret, which is taken in once; see `keyed_tag`."""

    __slots__ = ("_keyed",)

    def __init__(self, secret: bytes, *, size: int, purpose: bytes = b"") -> None:
        self._keyed = hashlib.blake2b(key=secret, digest_size=size, person=purpose)

    def tag(self, data: bytes) -> bytes:
        """Return the tag of some bytes."""
        keyed = self._keyed.copy()
        keyed.update(data)
        return keyed.digest()


class Unchecked(NamedTuple):
    """A token that was read and not checked yet."""

    tag: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class TokenForm:
    """How tokens of one purpose are written: the tag and then the body, in URL-safe base64 without padding."""

    purpose: bytes
    size: int
    """Bytes of the tag."""
    longest: int
    """Characters of the longest text that is looked at."""

    def sign(self, secret: bytes, body: bytes, *, bound: bytes = b"") -> str:
        """Write a token.

        Args:
            secret: Signs it.
            body: What it says, for anybody to read.
            bound: What it is good with only, without saying so; part of what is signed.

        >>> form = TokenForm(b"example", 16, 64)
        >>> form.open(b"k", form.sign(b"k", b"body")), form.open(b"other", form.sign(b"k", b"body"))
        (b'body', None)
        """
        return text_of(self._tag(secret, body, bound) + body)

    def read(self, text: str) -> Unchecked | None:
        """Part a token without checking it; None when it is no base64 or too long."""
        if len(text) > self.longest or not text.isascii():
            return None
        try:
            raw = raw_of(text)
        except ValueError:
            return None
        return Unchecked(raw[: self.size], raw[self.size :])

    def holds(self, secret: bytes, token: Unchecked, *, bound: bytes = b"") -> bool:
        """Say whether a token was signed with this secret and bound to this."""
        return same(token.tag, self._tag(secret, token.body, bound))

    def open(self, secret: bytes, text: str, *, bound: bytes = b"") -> bytes | None:
        """Return what a token says, None when it was not signed here."""
        token = self.read(text)
        return token.body if token is not None and self.holds(secret, token, bound=bound) else None

    def _tag(self, secret: bytes, body: bytes, bound: bytes) -> bytes:
        return keyed_tag(secret, bound + body, size=self.size, purpose=self.purpose)
