"""Reads requests of a connection as if none asked for another protocol, which this server never speaks.

httptools takes what follows the head of a request with `Upgrade` for that other protocol: its body would be lost, and
be read as the next request of the connection. A server that changes no protocol has to read it as any other (RFC 9110,
7.8); Java's client and `curl --http2` send the header along with ordinary requests.
"""

from typing import Any, Protocol

import httptools


class Reader(Protocol):
    """What is told of requests; besides these, what httptools calls."""

    def plain_head(self) -> bytes:
        """Return the head, without `Upgrade`, of a request whose head was not acted on; empty where there is none."""


class RequestParser:
    """Stands for httptools' parser; a head with `Upgrade` is told twice, and acted on the second time.

    `should_upgrade` says while a head is told whether it will be told again.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._begin()

    def feed_data(self, data: bytes) -> None:
        """Read on. Raises httptools.HttpParserError."""
        while True:
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = self._reader.plain_head() + data[upgrade.args[0] :]
                self._begin()
            else:
                return

    def _begin(self) -> None:
        parser: Any = httptools.HttpRequestParser(self._reader)
        # As uvicorn does: what comes after a request that is the last is left alone, and the request answered.
        parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._parser = parser
        self.get_method = parser.get_method
        self.get_http_version = parser.get_http_version
        self.should_keep_alive = parser.should_keep_alive
        self.should_upgrade = parser.should_upgrade
