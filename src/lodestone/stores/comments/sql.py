"""Comments in SQL, all parts together. See `port`."""

from lodestone.stores.comments.reading import CommentReads
from lodestone.stores.comments.reports import SqlCommentReports
from lodestone.stores.comments.writing import CommentWrites


class SqlComments(CommentReads, CommentWrites, SqlCommentReports):
    """See `CommentRecords` and `CommentReports`."""
