"""The pieces in which a batch is tried again that could not be done whole."""

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Pieces(Generic[Item]):
    """A batch, then the halves of whatever is split, in the order of the batch.

    With k items that cannot be done among n, halves are tried at most about 2 k log2(n) times until each of the k
    stands alone, and every other one is done, in its order.

    >>> pieces = Pieces("abcd")
    >>> for piece in pieces:
    ...     print(piece, "b" in piece and pieces.split(piece))
    abcd True
    ab True
    a False
    b False
    cd False
    """

    def __init__(self, batch: Sequence[Item]) -> None:
        self._waiting = [batch]

    def __iter__(self) -> Iterator[Sequence[Item]]:
        while self._waiting:
            yield self._waiting.pop()

    def split(self, piece: Sequence[Item]) -> bool:
        """Have the halves of a piece tried next; False for a single item, which no piece is smaller than."""
        if len(piece) < 2:
            return False
        half = len(piece) // 2
        self._waiting += [piece[half:], piece[:half]]
        return True
