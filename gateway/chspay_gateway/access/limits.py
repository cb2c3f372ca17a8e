"""How much one caller may ask: a bucket of tokens each, in the memory of this process.

Each replica counts for itself, so that with n replicas a caller has up to n times the rate. What must hold
over all of them (a lockout) is in the database instead.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable

from chspay_core.errors import Fault, Kind, Reason

RATE_LIMITED = Reason("RATE_LIMITED", Kind.UNAVAILABLE, "请求过于频繁，请{seconds}秒后用同一请求号重试。")
_MOST = 50_000


class Buckets:
    """A bucket of ``burst`` tokens for each name, refilled by ``rate`` a second; a request takes one.

    :param rate: tokens a second; 0 for no limit.
    :param clock: seconds, for tests.
    """

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = max(burst, 1.0)
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> None:
        """Takes a token.

        :raises Fault: RATE_LIMITED with the whole seconds until there is one again.
        """
        if self._rate <= 0:
            return
        now = self._clock()
        left, at = self._left.get(name, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        if left < 1:
            raise Fault(RATE_LIMITED, seconds=max(1, math.ceil((1 - left) / self._rate)))
        # The one that asked last stands last, so that the first is the one longest silent.
        self._left.pop(name, None)
        if len(self._left) >= _MOST:
            del self._left[next(iter(self._left))]
        self._left[name] = (left - 1, now)


def address_of(host: str | None) -> str:
    """What an address is counted under: an IPv6 caller has a whole /64 to itself."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), 64), strict=False))
