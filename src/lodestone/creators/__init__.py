"""Rules of creators' orders: the table of moves, what a settlement comes to, which plays count, why one is refused. Pure."""
