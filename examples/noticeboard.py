"""A notice board for a street, in a terminal: post, read what the engine chose for you, like, follow.

    python examples/noticeboard.py http://127.0.0.1:8000 KEY ann

The whole app: people and posts are put with `Client`, a page comes from `feed`, and what the reader saw and
did waits in an `Outbox` on disk, so that neither an outage of the engine nor the app's own end loses it.
"""

import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from lodestone.client import Client, ClientError, Feed, Outbox

HELP = "like N, follow N, hide N, more, post WORDS, quit"


class Board:
    def __init__(self, client: Client, reader: str, outbox: Outbox) -> None:
        self.client, self.reader, self.outbox = client, reader, outbox
        self.page: Feed | None = None

    def open(self) -> None:
        self.client.put_person(self.reader, {"name": self.reader.title()})
        self.more()

    def more(self) -> None:
        """Show the next page, or the first again when there is no next; each post seen is an impression."""
        cursor = self.page.next_cursor if self.page else None
        self.page = self.client.feed(self.reader, slots=5, cursor=cursor)
        for slot in self.page.slots:
            post = self.client.item(slot.item_id)
            print(f"{slot.slot}. {post.text or post.kind}  ({slot.author_id}, {slot.source})")
            self.outbox.add(slot.event("impression", self.reader, datetime.now(UTC)))
        if not self.page.slots:
            print("nothing new; post something yourself")

    def act(self, what: str, number: str) -> None:
        slots = {str(slot.slot): slot for slot in (self.page.slots if self.page else ())}
        if number not in slots:
            print(f"there is no post {number!r} on this page")
            return
        self.outbox.add(slots[number].event(what, self.reader, datetime.now(UTC)))
        print(f"{what}d" if what.endswith("e") else f"{what}ed")

    def post(self, words: str) -> None:
        name = next(f"{self.reader}-{n}" for n in count(1) if not self._known(f"{self.reader}-{n}"))
        self.client.put_item(name, {"kind": "text", "author_id": self.reader, "text": words})
        print(f"posted as {name}")

    def _known(self, item_id: str) -> bool:
        try:
            return bool(self.client.item(item_id))
        except ClientError as error:
            if error.status != 404:
                raise
            return False

    def send(self) -> None:
        """Send what has gathered; keep it for later when the engine is away."""
        try:
            told = self.client.flush(self.outbox)
            for name, refused in told.refused:
                print(f"event {name} was refused: {refused.message}")
        except ClientError as error:
            print(f"kept {len(self.outbox)} events for later: {error.message}")


def main(address: str, key: str, reader: str) -> None:
    outbox = Outbox(Path(f"{reader}.outbox"))
    with Client.at(address, key) as client:
        board = Board(client, reader, outbox)
        board.open()
        print(HELP)
        for line in sys.stdin:
            word, _, rest = line.strip().partition(" ")
            if word == "quit":
                break
            if word in ("like", "follow", "hide"):
                board.act(word, rest)
            elif word == "post" and rest:
                board.post(rest)
            elif word == "more":
                board.more()
            else:
                print(HELP)
            board.send()
        board.send()
    outbox.close()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(f"usage: {sys.argv[0]} ADDRESS KEY READER")
    main(*sys.argv[1:])
