"""Pictures and clips of the town, drawn."""
