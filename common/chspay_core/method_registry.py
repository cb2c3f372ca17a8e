"""One registry per role: ``name@version`` to a method, chosen by one policy key."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy

METHOD_UNKNOWN = Reason(
    "METHOD_UNKNOWN",
    Kind.PRECONDITION,
    "{place}在{on}的“{field}”选用了方法“{value}”（依据{document}），本版本没有这个方法。可用：{known}。",
)


class Named(Protocol):
    """A method knows its own name."""

    @property
    def name(self) -> str: ...


M = TypeVar("M", bound=Named)


class Registry(Generic[M]):
    """The methods of one role, chosen by one policy key."""

    def __init__(self, key: str) -> None:
        self.key = key
        self._methods: dict[str, M] = {}

    def add(self, method: M) -> M:
        """Registers ``method``; a name is given once and for ever."""
        if method.name in self._methods:
            raise AssertionError(f"{self.key}: {method.name} is registered twice")
        self._methods[method.name] = method
        return method

    @property
    def names(self) -> list[str]:
        """What a policy may write under :attr:`key`."""
        return sorted(self._methods)

    @property
    def methods(self) -> list[M]:
        """The registered methods, by name."""
        return [self._methods[name] for name in self.names]

    def named(self, name: str, policy: Policy) -> M:
        """The method the policy chose.

        :raises Fault: METHOD_UNKNOWN, naming key, place, day and document.
        """
        found = self._methods.get(name)
        if found is None:
            rule = policy.rule(self.key)
            raise Fault(
                METHOD_UNKNOWN,
                field=self.key,
                value=name,
                place=rule.place,
                on=policy.on,
                document=policy.citation(rule),
                known="、".join(self.names),
            )
        return found

    def chosen(self, policy: Policy) -> M:
        """The method in force under :attr:`key`.

        :raises Fault: POLICY_MISSING, METHOD_UNKNOWN.
        """
        return self.named(policy.text(self.key), policy)
