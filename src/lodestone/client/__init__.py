"""What an app uses to speak with the engine over HTTP."""

from lodestone.client.client import Client, ClientError

__all__ = ("Client", "ClientError")
