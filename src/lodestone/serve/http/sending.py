"""In which form an answer goes out: packed or not, errors in the form that whoever asks can read."""

from collections.abc import Mapping
from typing import Any

from lodestone.base.representation import takes_gzip
from lodestone.serve.http.answer import Send
from lodestone.serve.http.compression import Packing
from lodestone.serve.http.guards import Guards
from lodestone.serve.http.lost import LostErrors, for_people
from lodestone.serve.http.plain_errors import PlainErrors, is_plain


def sending(
    send: Send, scope: Mapping[str, Any], headers: Mapping[bytes, bytes], guards: Guards
) -> Send:
    """Return what takes an answer in the form that who asks wants it in.

    Args:
        send: Takes the answer's messages.
        scope: Of the request.
        headers: Of the request, names in lower case.
        guards: Say which other origins' pages may read it, and what people are shown who are lost.
    """
    send = guards.origins.naming(send, headers)
    if takes_gzip(headers.get(b"accept-encoding", b"")):
        send = Packing(send)
    if guards.lost is not None and for_people(scope, headers):
        send = LostErrors(send, guards.lost, scope)
    return PlainErrors(send) if is_plain(scope["path"]) else send
