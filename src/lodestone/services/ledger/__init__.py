"""A community's money: posting under group commit, statements, payouts, the close of a day."""
