"""Send webhooks over HTTP: to judged addresses only, with a limit on time, following no redirect."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final, Protocol

import httpx

from lodestone.commerce.reach import Reach, Target, may_speak, read_target

TOTAL_SECONDS: Final = 10.0
"""How long one attempt may take in all: resolving, connecting, sending, and the head of the answer."""
_TIMEOUTS: Final = httpx.Timeout(5.0)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One request to make."""

    url: str
    body: bytes
    headers: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of it."""

    status: int | None
    """None when nothing was answered."""
    problem: str | None
    """None when it was taken: any status of 200 to 299."""


class Sender(Protocol):
    """Sends parcels."""

    def send(self, parcels: Sequence[Parcel]) -> list[Answered]:
        """Send all of them at once and say what came of each, in the same order. Blocks; raises nothing."""
        ...


class Resolve(Protocol):
    """Finds the addresses of a name."""

    async def __call__(self, host: str, port: int) -> list[str]:
        """Return every address. Raises OSError."""
        ...


async def resolve(host: str, port: int) -> list[str]:
    """Ask the system. See `Resolve`."""
    loop = asyncio.get_running_loop()
    resolved = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in resolved))


class HttpSender:
    """See `Sender`. Runs an event loop of its own in the thread that calls it."""

    def __init__(self, reach: Reach, resolving: Resolve = resolve) -> None:
        self._reach = reach
        self._resolve = resolving
        self._tls = httpx.create_ssl_context()

    def send(self, parcels: Sequence[Parcel]) -> list[Answered]:
        """See `Sender.send`."""
        return asyncio.run(self._send_all(parcels))

    async def _send_all(self, parcels: Sequence[Parcel]) -> list[Answered]:
        # No proxy from the environment: it would resolve the name anew, past our judgement.
        async with httpx.AsyncClient(
            verify=self._tls, timeout=_TIMEOUTS, trust_env=False, follow_redirects=False
        ) as client:
            return list(
                await asyncio.gather(*(self._send_one(client, parcel) for parcel in parcels))
            )

    async def _send_one(self, client: httpx.AsyncClient, parcel: Parcel) -> Answered:
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                return await self._post(client, parcel)
        except TimeoutError:
            return Answered(None, f"no answer within {TOTAL_SECONDS:g} seconds")
        except httpx.TimeoutException:
            return Answered(None, "no answer in time")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return Answered(None, f"not reached: {type(error).__name__}")

    async def _post(self, client: httpx.AsyncClient, parcel: Parcel) -> Answered:
        target = read_target(parcel.url, self._reach)
        if isinstance(target, str):
            return Answered(None, f"address {target}")
        address = await self._judged(target)
        if address is None:
            return Answered(None, "address leads where this server sends no webhooks")
        headers = {**parcel.headers, "Host": _host(target)}
        url = httpx.URL(
            scheme=target.scheme, host=address, port=target.port, raw_path=target.path.encode()
        )
        # The connection goes to the address that was judged; the certificate must be the name's.
        named = {"sni_hostname": target.host}
        async with client.stream(
            "POST", url, content=parcel.body, headers=headers, extensions=named
        ) as response:
            status = response.status_code
        return Answered(status, None if 200 <= status < 300 else f"answered {status}")

    async def _judged(self, target: Target) -> str | None:
        """Return where to connect to, None unless every address of the name may be spoken to."""
        addresses = await self._resolve(target.host, target.port)
        judged = [
            may_speak(target.scheme, ip_address(address.partition("%")[0]), self._reach)
            for address in addresses
        ]
        return addresses[0] if addresses and all(judged) else None


def _host(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = 443 if target.scheme == "https" else 80
    return host if target.port == usual else f"{host}:{target.port}"
