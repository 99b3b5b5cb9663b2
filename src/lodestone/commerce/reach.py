"""Which addresses a webhook may be sent to: nothing inside the operator's own network by default.

Whoever may set a webhook could otherwise make this server speak to what only it can reach. A name is
judged by every address it resolves to, at each delivery, and the connection goes to the judged one.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final, Literal, TypeAlias, get_args
from urllib.parse import urlsplit

Reach: TypeAlias = Literal["public", "loopback", "private"]
REACHES: Final[tuple[Reach, ...]] = get_args(Reach)
"""`public`: the open network, over https. `loopback`: this machine too, also over http. `private`: anything."""
REACH_DEFAULT: Final[Reach] = "public"
REACH_DEMO: Final[Reach] = "loopback"
"""Of a demo that says nothing else: whoever tries it out listens on the same machine."""
Ip: TypeAlias = IPv4Address | IPv6Address
_LOW: Final = 0xFFFFFFFF
_LAST_FOUR: Final = tuple(
    ip_network(text)
    for text in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "2001::/32")
)
"""Where the last 32 bits are an IPv4 address: compatible, mapped, translated (SIIT), NAT64, Teredo (inverted)."""
_TEREDO: Final = ip_network("2001::/32")
_SIX_TO_FOUR: Final = ip_network("2002::/16")
_LOCAL_NAT64: Final = ip_network("64:ff9b:1::/48")
_ISATAP: Final = (0x00005EFE, 0x02005EFE)
"""The first half of an interface's number whose second half is an IPv4 address."""
_GLOBAL_UNICAST: Final = ip_network("2000::/3")
_DOCUMENTATION: Final = ip_network("3fff::/20")
_LOCAL_NAME: Final = "localhost"
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_NAME_MAX: Final = 253


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
    if port == 0:
        return "must name a port from 1 to 65535"
    literal = _literal(host)
    if literal is None and not _is_name(host):
        return "must name a host by its name, or by an address spelled as usual (192.0.2.1, [2001:db8::1])"
    local = (
        _is_local(host)
        if literal is None
        else all(address.is_loopback for address in _inner(literal))
    )
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
    return all(_within(address, reach) for address in _inner(ip))


def may_speak(scheme: str, ip: Ip, reach: Reach) -> bool:
    """Say whether a scheme may be spoken with an address: http in the clear stays on this machine."""
    clear = scheme == "http" and reach != "private"
    return within_reach(ip, reach) and (not clear or all(inner.is_loopback for inner in _inner(ip)))


def _within(ip: Ip, reach: Reach) -> bool:
    if reach == "private":
        return not (ip.is_multicast or ip.is_unspecified)
    if ip.is_loopback:
        return reach == "loopback"
    unicast = isinstance(ip, IPv4Address) or (ip in _GLOBAL_UNICAST and ip not in _DOCUMENTATION)
    return unicast and ip.is_global and not ip.is_multicast


def _inner(ip: Ip) -> tuple[Ip, ...]:
    """Return the addresses that one leads to: those wrapped in it where it is a wrapper, else itself.

    >>> _inner(ip_address("64:ff9b::a00:1")), _inner(ip_address("2002:a00:1::"))
    ((IPv4Address('10.0.0.1'),), (IPv4Address('10.0.0.1'),))
    """
    number = int(ip)
    if isinstance(ip, IPv4Address) or number <= 1:
        return (ip,)
    if ip in _TEREDO:
        # The server that is asked for the way, and the client at its end.
        return IPv4Address(number >> 64 & _LOW), IPv4Address(~number & _LOW)
    if any(ip in wrapper for wrapper in _LAST_FOUR):
        return (IPv4Address(number & _LOW),)
    if ip in _SIX_TO_FOUR:
        return (IPv4Address(number >> 80 & _LOW),)
    if ip in _LOCAL_NAT64:
        # Its operator chose how much of it is the prefix: the address stands at the end, or around bit 64.
        split = (number >> 64 & 0xFFFF) << 16 | (number >> 40 & 0xFFFF)
        inner = tuple(IPv4Address(part) for part in (number & _LOW, split) if part)
        return inner or (IPv4Address(0),)
    if number >> 32 & _LOW in _ISATAP:
        return ip, IPv4Address(number & _LOW)
    return (ip,)


def _is_name(host: str) -> bool:
    """Say whether a host is a name as it is resolved; what ends in a number is an odd spelling of an address.

    >>> [_is_name(host) for host in ("app.example", "127.1", "0x7f000001", "2130706433", "a..b", "fe80::1%eth0")]
    [True, False, False, False, False, False]
    """
    labels = host.removesuffix(".").split(".")
    plain = all(_LABEL.fullmatch(label) for label in labels)
    return plain and len(host) <= _NAME_MAX and not _NUMBER.fullmatch(labels[-1])


def _is_local(name: str) -> bool:
    plain = name.removesuffix(".")
    return plain == _LOCAL_NAME or plain.endswith("." + _LOCAL_NAME)


def _literal(host: str) -> Ip | None:
    try:
        literal = ip_address(host)
    except ValueError:
        return None
    # A zone names an interface of this machine, which no app knows.
    scoped = isinstance(literal, IPv6Address) and literal.scope_id is not None
    return None if scoped else literal
