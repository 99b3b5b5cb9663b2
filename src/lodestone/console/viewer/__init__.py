"""The viewer's pages: feed, shops and products."""
