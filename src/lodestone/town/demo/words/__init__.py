"""What the demo's posts are about and say, in Chinese and English: tables of text, read by `town.demo.matters`."""
