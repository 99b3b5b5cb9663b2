"""Creators' profiles, briefs and orders: the port (`port`) and their SQL."""
