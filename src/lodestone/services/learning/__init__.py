"""What is learned from a community's log: made in a child process, swapped in by a fact. See `item_lists`."""
