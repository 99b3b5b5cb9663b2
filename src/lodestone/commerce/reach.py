"""Which addresses a webhook may be sent to: nothing inside the operator's own network by default.

Whoever may set a webhook could otherwise make this server speak to what only it can reach. A name is
judged by every address it resolves to, at each delivery, and the connection goes to the judged one.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final, Literal, TypeAlias, get_args
from urllib.parse import urlsplit

Reach: TypeAlias = Literal["public", "loopback", "private"]
REACHES: Final[tuple[Reach, ...]] = get_args(Reach)
"""`public`: the open network, over https. `loopback`: this machine too, also over http. `private`: anything."""
REACH_DEFAULT: Final[Reach] = "loopback"
Ip: TypeAlias = IPv4Address | IPv6Address
_NAT64: Final = ip_network("64:ff9b::/96")
_LOCAL_NAMES: Final = ("localhost", "localhost.")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook's address leads."""

    scheme: str
    host: str
    """A name or an address, without brackets."""
    port: int
    path: str
    """With its query; begins with a slash."""


def read_target(url: str, reach: Reach) -> Target | str:
    """Read an address, or say what is wrong with it.

    Args:
        url: As given.
        reach: What the operator allows.

    >>> read_target("https://app.example:8443/hook?a=1", "public")
    Target(scheme='https', host='app.example', port=8443, path='/hook?a=1')
    >>> read_target("http://app.example/hook", "loopback")
    'must be https; http goes to this machine only'
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is no address"
    if not url.isascii() or any(letter <= " " or letter == "\x7f" for letter in url):
        return "must be printable ASCII without spaces; write a name as it is resolved (punycode)"
    if parts.scheme not in ("https", "http") or not host:
        return "must begin with https:// and name a host"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "must hold neither a user nor a fragment"
    literal = _literal(host)
    local = host in _LOCAL_NAMES if literal is None else literal.is_loopback
    if parts.scheme == "http" and reach != "private" and not local:
        return "must be https; http goes to this machine only"
    if (literal is not None and not within_reach(literal, reach)) or (local and reach == "public"):
        return "leads where this server sends no webhooks; see LODESTONE_WEBHOOK_REACH"
    path = parts.path or "/"
    whole = f"{path}?{parts.query}" if parts.query else path
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), whole)


def within_reach(ip: Ip, reach: Reach) -> bool:
    """Say whether webhooks may be sent to an address of the network.

    >>> [within_reach(ip_address(one), "public") for one in ("1.1.1.1", "10.0.0.1", "::ffff:10.0.0.1")]
    [True, False, False]
    """
    if reach == "private":
        return not (ip.is_multicast or ip.is_unspecified)
    inner = _inner(ip)
    if inner.is_loopback:
        return reach == "loopback"
    return inner.is_global and not inner.is_multicast


def may_speak(scheme: str, ip: Ip, reach: Reach) -> bool:
    """Say whether a scheme may be spoken with an address: http in the clear stays on this machine."""
    clear = scheme == "http" and reach != "private"
    return within_reach(ip, reach) and (not clear or _inner(ip).is_loopback)


def _inner(ip: Ip) -> Ip:
    """Return the address that one wrapped in another leads to."""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return ip.ipv4_mapped
        if ip.sixtofour is not None:
            return ip.sixtofour
        if ip.teredo is not None:
            return ip.teredo[1]
        if ip in _NAT64:
            return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def _literal(host: str) -> Ip | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
