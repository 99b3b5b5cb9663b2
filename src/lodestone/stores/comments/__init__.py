"""Comments below items, their likes and reports: port, types and SQL."""
