"""How much one caller may ask: a bucket of tokens each, in the memory of this process.

Each replica counts for itself, so that with n replicas a caller has up to n times the rate. What must hold
over all of them (a lockout) is in the database instead.
"""

from __future__ import annotations

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
            self._left[name] = (left, now)
            raise Fault(RATE_LIMITED, seconds=max(1, math.ceil((1 - left) / self._rate)))
        if len(self._left) >= _MOST and name not in self._left:
            self._forget_full(now)
        self._left[name] = (left - 1, now)

    def _forget_full(self, now: float) -> None:
        """Forgets who has a full bucket again; were all at work, everybody starts anew."""
        self._left = {
            name: (left, at)
            for name, (left, at) in self._left.items()
            if left + (now - at) * self._rate < self._burst
        }
        if len(self._left) >= _MOST:
            self._left.clear()
