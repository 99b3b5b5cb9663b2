"""Sealing: what is personal lies in the files only encrypted, under one key a person.

Deleting a row is not enough to erase it. A B-tree that splits a page leaves copies of the cells it
moved in the free space of the old one, where SQLite's `secure_delete` does not look (measured: 2
of 300 erased ids were still in the file), and PostgreSQL keeps dead versions until a vacuum. So
whatever names or describes a person is sealed under 32 random bytes, and those lie alone in a table whose
rows are only appended and overwritten in place: no copy of them is ever made by moving. When the key is
overwritten, every copy of the rest is noise.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lodestone.base.errors import CorruptError
from lodestone.base.signed import derived_key, keyed_tag

KEY_BYTES: Final = 32
NO_KEY: Final = bytes(KEY_BYTES)
"""What is written over a key to erase it."""
_PLAIN = b"\0"
_SEALED = b"\1"
_NONCE_BYTES = 12


@dataclass(slots=True, init=False)
class Seal:
    """Seals and opens blobs of one person."""

    _nonce_key: bytes
    _cipher: AESGCM

    def __init__(self, key: bytes) -> None:
        assert len(key) == KEY_BYTES
        # The log seals under the same data key: a key of our own keeps the two uses apart.
        derived = derived_key(key, size=64, purpose=b"records")
        self._nonce_key = derived[32:]
        self._cipher = AESGCM(derived[:32])

    def seal(self, plain: bytes, *, what: bytes) -> bytes:
        """Encrypt a blob by AES-256-GCM.

        The nonce is a keyed hash of what is sealed, so that it needs no chance and comes twice only with
        the same contents.

        Args:
            plain: The blob.
            what: Table and column; it opens only as the same.
        """
        nonce = keyed_tag(self._nonce_key, plain, size=_NONCE_BYTES, purpose=what)
        return _SEALED + nonce + self._cipher.encrypt(nonce, plain, what)

    def open(self, blob: bytes, *, what: bytes) -> bytes:
        """Decrypt a blob; one that was never sealed comes back as it is.

        Raises:
            CorruptError: `seal_broken`: it is not what was written.
        """
        if blob[:1] == _PLAIN:
            return blob[1:]
        nonce = blob[1 : 1 + _NONCE_BYTES]
        try:
            return self._cipher.decrypt(nonce, blob[1 + _NONCE_BYTES :], what)
        except (InvalidTag, ValueError) as error:
            message = (
                f"A stored blob of {what.decode()} is not what was written; restore a back-up."
            )
            raise CorruptError("seal_broken", message) from error


def unsealed(plain: bytes) -> bytes:
    """Mark a blob that holds nothing personal."""
    return _PLAIN + plain


def open_unsealed(blob: bytes) -> bytes:
    """Return the contents of an `unsealed` blob."""
    assert blob[:1] == _PLAIN
    return blob[1:]


def id_hash(person_id: str, secret: bytes) -> bytes:
    """Return the 16 bytes by which a person's id is found, meaningless without the secret."""
    return keyed_tag(secret, person_id.encode(), size=16)
