"""Encrypt what is private of a person under their own key, so that forgetting the key forgets it."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from lodestone.base.signed import derived_key, keyed_tag
from lodestone.base.wire import Position
from lodestone.features.view import DirectoryView

_NONCE = 12


def seal_under(secret: bytes, text: bytes) -> bytes:
    """Encrypt under a secret of any length that is kept nowhere, such as the key of whoever asks."""
    key = _derived(secret)
    nonce = keyed_tag(key, text, size=_NONCE, purpose=b"seal nonce")
    return nonce + AESGCMSIV(key).encrypt(nonce, text, None)


def open_under(secret: bytes, sealed: bytes) -> bytes | None:
    """Decrypt what `seal_under` sealed; None when the secret is another."""
    try:
        return AESGCMSIV(_derived(secret)).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    except InvalidTag:
        return None


def _derived(secret: bytes) -> bytes:
    return derived_key(secret, size=32, purpose=b"answer seal")


class Sealer:
    """Seals for the people of one directory.

    AES-GCM-SIV (RFC 8452) with a nonce derived from the text: sealing needs no chance of its own, and the
    same words sealed twice give away only that they are the same.
    """

    def __init__(self, directory: DirectoryView) -> None:
        self._directory = directory

    def seal(self, row: int, text: bytes) -> bytes:
        """Encrypt for a person's row; empty when their key is gone."""
        key = self._directory.data_key(row)
        if key is None:
            return b""
        nonce = keyed_tag(key, text, size=_NONCE, purpose=b"seal nonce")
        return nonce + AESGCMSIV(key).encrypt(nonce, text, None)

    def position(self, row: int, position: Position | None) -> bytes:
        """Encrypt where a person says they are; empty for no position and for nobody known."""
        if position is None or row < 0:
            return b""
        return self.seal(row, f"{position.latitude},{position.longitude}".encode())

    def open_position(self, row: int, sealed: bytes) -> Position | None:
        """Decrypt what `position` encrypted; None where nothing was, or when it cannot be any more."""
        opened = self.open(row, sealed)
        return None if opened is None else Position(*map(float, opened.decode().split(",")))

    def open(self, row: int, sealed: bytes) -> bytes | None:
        """Decrypt what was sealed for a row; None when it cannot be any more."""
        key = self._directory.data_key(row)
        if key is None or len(sealed) <= _NONCE:
            return None
        try:
            return AESGCMSIV(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except InvalidTag:
            return None
