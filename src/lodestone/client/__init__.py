"""What an app uses to speak with the engine over HTTP: `Client` waits, `AsyncClient` is awaited."""

from lodestone.client.attempt import Retries
from lodestone.client.calls import Surface
from lodestone.client.client import AsyncClient, Client
from lodestone.client.errors import ClientError
from lodestone.client.outbox import Outbox
from lodestone.client.shapes import Event, Feed, Slot, Verdicts

__all__ = (
    "AsyncClient",
    "Client",
    "ClientError",
    "Event",
    "Feed",
    "Outbox",
    "Retries",
    "Slot",
    "Surface",
    "Verdicts",
)
