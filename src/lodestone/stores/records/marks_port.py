"""The port of what records keep of the log that belongs to them; a part of `Records`."""

from typing import Protocol


class MarkRecords(Protocol):
    """See `Records`."""

    def put_mark(self, community: str, value: bytes) -> int:
        """Keep how far the log has come (`log.mark`) and return the id of the next change."""
        ...

    def announce_again(self, community: str, *, above: int) -> int:
        """Put every person, domain, item and policy into the outbox anew, for a log that has lost facts.

        Args:
            community: Whose.
            above: No change gets an id below this one: the log may know of changes that the records have lost.

        Returns:
            How many there are.
        """
        ...

    def check(self) -> None:
        """Look quickly over every page of the file the records live in; a database server does so by itself.

        Raises:
            CorruptError: `records_damaged`: names the file and says what to do.
        """
        ...
