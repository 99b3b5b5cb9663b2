"""What an app uses to speak with the engine over HTTP."""

from lodestone.client.client import Client, ClientError, Surface
from lodestone.client.shapes import Feed, Refused, Slot, Verdicts

__all__ = ("Client", "ClientError", "Feed", "Refused", "Slot", "Surface", "Verdicts")
