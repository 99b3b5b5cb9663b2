"""Comments below items: written, liked, reported and listed by worth.

`Comments` does what is done with them, `Threads` lists them; pages read the records that these give as they are.
"""

from lodestone.content.comment import CommentState
from lodestone.services.comments.comments import Comments, Shown
from lodestone.services.comments.presenters import rank_out
from lodestone.services.comments.threads import RankedThread, Threads
from lodestone.stores.comments.types import CommentRecord

__all__ = (
    "CommentRecord",
    "CommentState",
    "Comments",
    "RankedThread",
    "Shown",
    "Threads",
    "rank_out",
)
