"""What was worked out before, and found again under any policy that answers alike where it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar

from chspay_core.policy import Policy, Value

T = TypeVar("T")


class Found(NamedTuple, Generic[T]):
    """A result that was remembered; it may be ``None`` itself."""

    value: T


class Memo(Generic[T]):
    """The latest results of one step; the oldest goes when there are too many, the first stays.

    :param most: how many results are kept besides the first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: list[tuple[object, Mapping[str, Value | None], Found[T]]] = []

    def find(self, key: object, policy: Policy) -> Found[T] | None:
        """The result of this key under a policy that says the same to whatever was asked."""
        said = {rule.key: rule.value for rule in policy.rules()}
        for known, answers, found in reversed(self._entries):
            if known == key and all(said.get(ask) == answer for ask, answer in answers.items()):
                return found
        return None

    def keep(self, key: object, policy: Policy, value: T, asked: frozenset[str] | None = None) -> T:
        """Remembers a result that rests on ``key`` and on what was asked of ``policy``, and nothing else.

        :param asked: other keys than those looked at, where it rests on fewer.
        """
        said = {rule.key: rule.value for rule in policy.rules()}
        looked = policy.asked if asked is None else asked
        self._entries.append((key, {ask: said.get(ask) for ask in looked}, Found(value)))
        if len(self._entries) > self._most + 1:
            del self._entries[1]
        return value
