"""Where we may be sent: public https addresses only, looked up once and held to.

A receiver names its own address, so without these rules anybody with a key could make the gateway call
machines inside of its own network, or have a name change its address between the look and the call.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from chspay_core.errors import Fault, Kind, Reason

URL_BAD = Reason(
    "WEBHOOK_URL_BAD",
    Kind.INVALID,
    "接收地址“{value}”不能使用：{why}。请用公网上的 https 地址，不带用户名和#片段。",
)
ADDRESS_BAD = Reason(
    "WEBHOOK_ADDRESS_BAD", Kind.PRECONDITION, "接收地址{value}解析到内部或保留网络，未发送。"
)
ADDRESS_UNKNOWN = Reason("WEBHOOK_ADDRESS_UNKNOWN", Kind.UNAVAILABLE, "接收地址{value}解析不到。")
_LONGEST = 500
_PORTS = {"https": 443, "http": 80}
#: Ranges that carry an IPv4 address inside, which would lead around the rules for it, and ranges that are no
#: longer given out but still routed inside of some networks (site-local, the relay of 6to4).
_NEVER = tuple(
    ipaddress.ip_network(each)
    for each in (
        "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0:0/96", "fec0::/10",
        "192.88.99.0/24",
    )
)  # fmt: skip
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


def check_url(url: str, *, loopback: bool) -> tuple[str, str, int]:
    """Scheme, host and port of an address we may be told.

    :param loopback: test mode: http and this very machine are allowed too.
    :raises Fault: WEBHOOK_URL_BAD.
    """

    def bad(why: str) -> Fault:
        return Fault(URL_BAD, field="url", value=url, why=why)

    if len(url) > _LONGEST or not url.isascii() or any(char <= " " for char in url):
        raise bad(f"应为至多{_LONGEST}个字符、不含空白的网址")
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise bad("写法不对") from error
    host = parts.hostname or ""
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise bad("缺少主机名，或带有用户名、#片段")
    address = _literal(host)
    is_loopback = host == "localhost" or (address is not None and address.is_loopback)
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback and is_loopback):
        raise bad("不是 https")
    if address is not None and not _allowed(address, loopback=loopback):
        raise bad("主机是内部或保留网络的地址")
    return parts.scheme, host, port


async def pinned(url: str, *, loopback: bool, resolve: Resolve) -> tuple[str, str]:
    """The address to connect to, and the host it was looked up for.

    :raises Fault: WEBHOOK_ADDRESS_BAD when any address of the host is not allowed: a name that leads to
        both is a trap; WEBHOOK_ADDRESS_UNKNOWN.
    """
    _, host, port = check_url(url, loopback=loopback)
    found = [host] if _literal(host) is not None else list(await resolve(host, port))
    if not found:
        raise Fault(ADDRESS_UNKNOWN, field="url", value=host)
    for text in found:
        address = _literal(text)
        if address is None or not _allowed(address, loopback=loopback):
            raise Fault(ADDRESS_BAD, field="url", value=host)
    return found[0], host


async def looked_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the system finds them."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Fault(ADDRESS_UNKNOWN, field="url", value=host) from error
    return [str(each[4][0]) for each in found]


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _allowed(address: ipaddress.IPv4Address | ipaddress.IPv6Address, *, loopback: bool) -> bool:
    if address.is_loopback:
        return loopback
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _allowed(address.ipv4_mapped, loopback=loopback)
        if address.scope_id:
            return False
    if any(address.version == net.version and address in net for net in _NEVER):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)
