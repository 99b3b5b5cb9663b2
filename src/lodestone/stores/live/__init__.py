"""Live rooms and webhooks: the port and its SQL."""
