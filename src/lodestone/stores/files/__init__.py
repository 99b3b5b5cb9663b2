"""Files of an installation: their modes, and what a back-up says of itself."""
