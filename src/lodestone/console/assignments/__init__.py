"""Creators' orders in plain words, as both sides and the operator read them."""
