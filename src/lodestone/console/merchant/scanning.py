"""Reads a code off a picture that the desk's page sends, for browsers that read none themselves."""

from typing import Any, Final

import msgspec
from litestar import Response, post

from lodestone.console.asking import HttpRequest, engines
from lodestone.console.logging_in import gate_of, sent_by
from lodestone.console.merchant.desk import MERCHANT
from lodestone.console.site import HEADERS
from lodestone.services.access.permissions import ANYONE


class ScanOut(msgspec.Struct, frozen=True):
    """What a picture shows."""

    text: str | None
    """None where there is no code in it."""


@post("/merchant/scan", opt=ANYONE, include_in_schema=False, status_code=200)
async def scan(request: HttpRequest) -> Response[Any]:
    """Read the QR in a picture; the picture is looked at and forgotten.

    Raises:
        UnauthorisedError, ForbiddenError: As every form of the desk.
        InvalidError, BusyError: As `Scanner.scan`.
    """
    who = await sent_by(request, MERCHANT)
    kind = request.headers.get("content-type", "").split(";")[0].strip()
    body, now = await request.body(), engines(request).wall.now()
    text = await gate_of(request).scanner.scan(who.login.nonce, body, kind, now)
    return Response(
        msgspec.json.encode(ScanOut(text)), media_type="application/json", headers=HEADERS
    )


ROUTES: Final = [scan]
