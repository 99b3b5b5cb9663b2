"""Reads the bodies of requests: within a limit for each, and within one for all that are being received."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final

from lodestone.base.errors import LodestoneError, UnavailableError
from lodestone.serve.http.compression import unpacked
from lodestone.services.access import Principal

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

BODY_MAX: Final = 16 * 1024 * 1024
"""Bytes of one body, packed and unpacked, of whoever has shown a good key."""
OPEN_BODY_MAX: Final = 64 * 1024
"""Bytes of one body on a route that needs no key."""
PICTURE_BODY_MAX: Final = 1024 * 1024
"""Bytes of one body on such a route that takes a picture; see `Permission.large_body`."""
PENDING_MAX: Final = 32 * 1024 * 1024
"""Bytes of all bodies together that are being received or answered."""
_AT_ONCE: Final = 4 * 1024
"""Packed bytes that are unpacked on the event loop: at most some 4 MiB come of them."""
_FREE: Final = 64 * 1024
"""Bytes of a body that count toward no common limit, so that ordinary requests go on beside large ones."""


class TooLargeError(LodestoneError):
    """The body is over the limit."""


class DisconnectedError(Exception):
    """The client went away before its body was complete: there is nobody to answer."""


class Bodies:
    """Bounds what the bodies of all requests take together.

    Args:
        most: Bytes beyond the first 64 KiB of each; the tokens of pages share a half of them.
    """

    def __init__(self, most: int = PENDING_MAX) -> None:
        self._most = most
        self.pending = 0
        """Bytes counted now."""

    def lease(self) -> "Lease":
        """Return what one request reads its body by; used with `with`, it gives back what it took."""
        return Lease(self)

    def take(self, size: int, *, share: float) -> None:
        """Count bytes that have come. Raises UnavailableError when a share of the limit is used up."""
        if self.pending + size > self._most * share:
            message = "too many large bodies are being received just now; send this one again later"
            raise UnavailableError("bodies_full", message)
        self.pending += size


class Lease:
    """One request's part of the common limit."""

    __slots__ = ("_bodies", "_taken")

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self._taken = 0

    def __enter__(self) -> "Lease":
        return self

    def __exit__(self, *_: object) -> None:
        self._bodies.pending -= self._taken

    async def read(
        self,
        receive: Receive,
        headers: Mapping[bytes, bytes],
        who: Principal | None,
        *,
        large: bool = False,
    ) -> bytes:
        """Read a body whole and unpack it.

        Args:
            receive: Gives ASGI messages.
            headers: Of the request, names in lower case.
            who: Who asks, None where nobody had to say: such a body may hold 64 KiB, others 16 MiB.
            large: It may hold 1 MiB though nobody had to say who asks.

        Raises:
            TooLargeError: It is too long, or is announced to be: nothing of such a one is read.
            UnavailableError: Too many bodies are being received.
            DisconnectedError: The client went away before the end.
            InvalidError: The packing is not understood or broken.
        """
        most = BODY_MAX if who is not None else PICTURE_BODY_MAX if large else OPEN_BODY_MAX
        announced = headers.get(b"content-length", b"")
        if announced.isdigit() and int(announced[:20]) > most:
            raise _too_large(most)
        share = 1.0 if who is not None and who.server_side else 0.5
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise DisconnectedError
            part = message.get("body", b"")
            size += len(part)
            if size > most:
                raise _too_large(most)
            self._count(size - _FREE, share)
            parts.append(part)
            more = message.get("more_body", False)
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        packing = headers.get(b"content-encoding", b"")
        if packing and len(body) > _AT_ONCE:
            plain = await asyncio.to_thread(unpacked, body, packing, most=most)
        else:
            plain = unpacked(body, packing, most=most)
        if plain is None:
            raise _too_large(most)
        self._count(len(plain) - _FREE, share)
        return plain

    def _count(self, size: int, share: float) -> None:
        """Let what is counted of this body be `size` bytes, if it is less."""
        if size > self._taken:
            self._bodies.take(size - self._taken, share=share)
            self._taken = size


def _too_large(most: int) -> TooLargeError:
    return TooLargeError("body_too_large", f"send at most {_amount(most)} in one request")


def _amount(size: int) -> str:
    """Write a number of bytes.

    >>> _amount(16 * 1024 * 1024), _amount(64 * 1024)
    ('16 MiB', '64 KiB')
    """
    return f"{size // 2**20} MiB" if size >= 2**20 else f"{size // 2**10} KiB"
