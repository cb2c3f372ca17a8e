"""Passwords of local accounts: kept as argon2id, refused when somebody else would guess them."""

from __future__ import annotations

import asyncio
import re
import secrets
from functools import cache
from importlib.resources import files
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chspay_core.errors import Fault, Kind, Reason

SHORTEST, LONGEST = 12, 128
PASSWORD_LENGTH = Reason(
    "PASSWORD_LENGTH",
    Kind.INVALID,
    f"密码应为{SHORTEST}至{LONGEST}个字符，可以用一句话；请换一个更长的密码。",
)
PASSWORD_GUESSABLE = Reason(
    "PASSWORD_GUESSABLE",
    Kind.INVALID,
    "这个密码容易被猜到（常见密码、登录名、重复或连续的字符），请换一个别人想不到的密码。",
)
_FEWEST_DIFFERENT = 5
_LONGEST_RUN = 5
#: Characters that must be left when everything a stranger would try is taken out.
_FEWEST_BESIDE = 6
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_LEET = str.maketrans({"0": "o", "1": "l", "3": "e", "@": "a", "$": "s", "5": "s", "!": "i"})
#: Hashing is slow and takes 64 MiB on purpose: so many at once at most.
_AT_ONCE = asyncio.Semaphore(2)
#: The library's own parameters: RFC 9106, section 4, second recommendation.
_HASHER = PasswordHasher()


def check(password: str, *names: str) -> None:
    """Refuses passwords that are too short or that a stranger would try.

    :param names: login and name of the account; a password made of them is none.
    :raises Fault: PASSWORD_LENGTH, PASSWORD_GUESSABLE.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Fault(PASSWORD_LENGTH, field="password")
    low = password.lower()
    cores = {low, _EDGES.sub("", low), low.translate(_LEET), _EDGES.sub("", low).translate(_LEET)}
    halves = {core[: len(core) // 2] for core in cores if core[: len(core) // 2] * 2 == core}
    own = {name.lower() for name in names if len(name) >= 3}
    left = low
    for word in sorted(own | _bad(), key=len, reverse=True):
        left = left.replace(word, "")
    if (
        len(set(low)) < _FEWEST_DIFFERENT
        or (cores | halves) & (_bad() | own)
        or len(left) < min(_FEWEST_BESIDE, len(low))
        or _run(low) >= max(_LONGEST_RUN, len(low) * 2 // 3)
    ):
        raise Fault(PASSWORD_GUESSABLE, field="password")


def _run(text: str) -> int:
    """The longest stretch in which every character follows its neighbour: ``456789``, ``fedcba``."""
    longest = length = step = 0
    for before, after in pairwise(text):
        now = ord(after) - ord(before)
        length = length + 1 if now == step and abs(now) <= 1 else 2 if abs(now) <= 1 else 1
        step = now
        longest = max(longest, length)
    return longest


@cache
def _bad() -> frozenset[str]:
    listed = (files("chspay_gateway.access") / "bad_passwords.txt").read_text("utf-8").split()
    return frozenset(word for word in listed if len(word) >= 4)


async def hashed(password: str) -> str:
    """The password as it is kept: argon2id with its own salt and parameters."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_HASHER.hash, password)


async def matches(kept: str, password: str) -> bool:
    """Whether this is the password; as slow for an account that has none, so that nobody learns which has."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_verify, kept or _nobodys(), password) and bool(kept)


def _verify(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def is_old(kept: str) -> bool:
    """Whether the password was kept with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(24))


def start_password() -> str:
    """A password for one use: 100 random bits in letters that are not mistaken for each other."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))
