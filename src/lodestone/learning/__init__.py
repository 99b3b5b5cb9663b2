"""What is learned from a log in a process of its own: item lists, profiles and their weights."""
