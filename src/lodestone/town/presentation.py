"""How a town's people, posts and shops are shown: plainly, as the studied town is, or dressed for people to look at.

What is shown changes nothing of what the town does with it: tastes, quality and what people make of a post stay those of
the truth. A presentation that bends the truth does so before the first day and as posts are drawn (`settled`, `posted`),
and such a town is another one.
"""

from typing import Any

from lodestone.client import AsyncClient as Client
from lodestone.town.commerce.wares import Ware
from lodestone.town.truth import People, Posts, Truth

Json = dict[str, Any]


class Presentation:
    """Shows everything as it is drawn."""

    def settled(self, truth: Truth) -> None:
        """Bend a town that has just been settled."""

    def posted(self, truth: Truth, posts: Posts) -> None:
        """Bend posts that have just been drawn."""

    def domain(self, body: Json) -> Json:
        """Show a place, a channel or a profession."""
        return body

    def person(self, body: Json, people: People, row: int) -> Json:  # noqa: ARG002
        """Show a person."""
        return body

    def post(self, body: Json, truth: Truth, row: int) -> Json:  # noqa: ARG002
        """Show a post; what it shows has been stored before."""
        return body

    def shop(self, body: Json, truth: Truth, maker: int) -> Json:  # noqa: ARG002
        """Show a shop."""
        return body

    def ware(self, drawn: Ware, truth: Truth, post: int) -> Ware:  # noqa: ARG002
        """Say what stands behind a product's card; the same whenever it is asked."""
        return drawn

    def product(self, body: Json, truth: Truth, post: int) -> Json:  # noqa: ARG002
        """Show a product."""
        return body

    def room(self, body: Json, truth: Truth, post: int) -> Json:  # noqa: ARG002
        """Show a live room; `post` is the product that is sold in it."""
        return body

    async def store(self, client: Client, truth: Truth, rows: list[int]) -> None:
        """Store the files that some posts show, before the posts are told."""


PLAIN = Presentation()
"""Of the studied town."""
