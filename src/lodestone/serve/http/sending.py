"""In which form an answer goes out: packed or not, errors in the form that the path's own clients know."""

from collections.abc import Mapping

from lodestone.serve.http.answer import Send
from lodestone.serve.http.compression import Packing, takes_gzip
from lodestone.serve.http.plain_errors import PlainErrors, is_plain


def sending(send: Send, path: str, headers: Mapping[bytes, bytes]) -> Send:
    """Return what takes an answer in the form that who asks wants it in.

    Args:
        send: Takes the answer's messages.
        path: Of the request.
        headers: Of the request, names in lower case.
    """
    if takes_gzip(headers.get(b"accept-encoding", b"")):
        send = Packing(send)
    return PlainErrors(send) if is_plain(path) else send
