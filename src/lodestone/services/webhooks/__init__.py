"""Webhooks of a community and their deliveries."""
