"""What the engines know of policy keys: which methods there are, and how a policy pays.

The command line and ``chspay serve rulebook`` plug this into the checks of the policy, so that neither the
core nor the rulebook imports an engine.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from chspay_budget import engine as budget
from chspay_budget.engine import months
from chspay_capitation import engine as capitation
from chspay_core import measuring
from chspay_core.cliffs import Curve
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_lint import Engines
from chspay_grouper.engine.weights import extras as weight_extras
from chspay_grouper.engine.weights import methods as weight_methods
from chspay_perdiem import engine as perdiem
from chspay_perdiem.engine.lint import curves as day_curves
from chspay_settlement import engine as settlement
from chspay_settlement.engine.case.curves import curves

#: Modules with registries of methods, besides those of the engines walked below.
_MODULES = (measuring, weight_methods, weight_extras)


def _registries() -> Iterator[Registry[Any]]:
    engines = (budget, settlement, capitation, perdiem)
    for module in (*_MODULES, *(module for engine in engines for module in _submodules(engine))):
        for item in vars(module).values():
            if isinstance(item, Registry):
                yield item


def _submodules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield import_module(found.name)


def known_methods() -> dict[str, list[str]]:
    """The method names the engines know, by policy key."""
    found: dict[str, list[str]] = {months.METHOD_KEY: sorted(months.METHODS)}
    for registry in _registries():
        found[registry.key] = registry.names
    return found


def known_params() -> dict[tuple[str, str], tuple[str, ...]]:
    """The further keys a method reads, by the key that chooses it and its name."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for registry in _registries():
        for method in registry.methods:
            params = (*getattr(method, "params", ()), *getattr(method, "tables", ()))
            if params:
                found[registry.key, str(getattr(method, "name", ""))] = params
    return found


def known_curves(policy: Policy) -> list[Curve]:
    """How a standard case is paid by its cost, and a long stay by its days."""
    return [*curves(policy), *day_curves(policy)]


def knowledge() -> Engines:
    """What a check of the policy may ask the engines of this program."""
    return Engines(known_methods(), known_params(), known_curves)
