"""Who is signed in: kept in this process only. The browser holds a random number, never the key."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that was refused: shown again once, with why, so that nothing has to be typed twice."""

    values: Mapping[str, str]
    code: str
    detail: str


@dataclass(slots=True)
class Session:
    """One sign-in.

    :param key: the API key, for the gateway only; it is in no page, cookie, log or file.
    :param csrf: what a form of this sign-in must send back.
    :param duties: what the reader does in its office, as ``GET /api/v1/me`` says.
    """

    key: str = field(repr=False)
    subject: str
    role: str
    institution: str
    region: str
    began: float
    seen: float
    csrf: str = field(repr=False)
    duties: tuple[str, ...] = ()
    draft: Draft | None = field(default=None, repr=False)

    def take_draft(self) -> Draft | None:
        """The refused form, once."""
        draft, self.draft = self.draft, None
        return draft

    @property
    def is_hospital(self) -> bool:
        """Whether the reader is one hospital, which sees its own rows."""
        return self.role == "hospital"

    def sent_by(self, token: str) -> bool:
        """Whether a form came from a page of this sign-in."""
        return hmac.compare_digest(token.encode(), self.csrf.encode())


class Sessions:
    """All sign-ins of this process.

    :param idle: seconds without a request after which a sign-in ends.
    :param longest: seconds after which it ends in any case.
    :param clock: seconds, for tests.
    """

    def __init__(self, idle: float, longest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._idle = idle
        self._longest = longest
        self._clock = clock
        self._known: dict[str, Session] = {}
        self._waiting: dict[str, tuple[str, float]] = {}

    def begin(
        self,
        key: str,
        *,
        subject: str,
        role: str,
        institution: str,
        region: str,
        duties: Iterable[str] = (),
    ) -> str:
        """Remembers a sign-in; answers the number for the cookie."""
        self._forget_old()
        number = secrets.token_urlsafe(32)
        now = self._clock()
        self._known[number] = Session(
            key, subject, role, institution, region, now, now, secrets.token_urlsafe(32), tuple(duties)
        )
        return number

    def find(self, number: str) -> Session | None:
        """The sign-in of a cookie, which counts as used now; ``None`` when there is none any more."""
        session = self._known.get(number)
        if session is None:
            return None
        if not self._lives(session):
            self.end(number)
            return None
        session.seen = self._clock()
        return session

    def wait(self, token: str) -> str:
        """Keeps the token of somebody who must set a password first; answers the number for the cookie."""
        now = self._clock()
        self._waiting = {each: kept for each, kept in self._waiting.items() if now - kept[1] < self._idle}
        number = secrets.token_urlsafe(32)
        if len(self._waiting) < _MOST:
            self._waiting[number] = (token, now)
        return number

    def waiting(self, number: str) -> str | None:
        """The token kept under a number; it reads no page."""
        token, since = self._waiting.get(number, ("", 0.0))
        return token if token and self._clock() - since < self._idle else None

    def end(self, number: str) -> None:
        """Forgets a sign-in and its key."""
        self._known.pop(number, None)
        self._waiting.pop(number, None)

    def _lives(self, session: Session) -> bool:
        now = self._clock()
        return now - session.seen < self._idle and now - session.began < self._longest

    def _forget_old(self) -> None:
        self._known = {number: one for number, one in self._known.items() if self._lives(one)}
        while len(self._known) >= _MOST:
            del self._known[min(self._known, key=lambda number: self._known[number].seen)]
