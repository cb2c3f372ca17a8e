"""A typed step of an expression, and the world expressions speak of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chspay_settlement.engine.quality.catalogue import Catalogue
from chspay_settlement.engine.quality.tables import Pairs, Table
from chspay_settlement.engine.quality.vectors import Run, Vector

TRUTH, TEXT, NUMBER, MOMENT = "truth", "text", "number", "moment"
KINDS = {TRUTH: "是非", TEXT: "文本", NUMBER: "数字", MOMENT: "日期时间"}
#: Scope of what is the same for every list.
CONSTANT = "="


@dataclass(frozen=True, slots=True)
class Plan:
    """A typed step.

    :param scope: empty over lists, a node over its rows, :data:`CONSTANT` over neither.
    :param key: its canonical writing; equal keys are worked out once.
    :param places: decimal places of a number; ``bound``: how large its scaled value can become.
    :param needs: fields, facts, lists and tables it rests on.
    """

    kind: str
    scope: str
    key: str
    work: Callable[[Run], Vector]
    places: int = 0
    bound: int = 0
    needs: frozenset[str] = frozenset()

    def run(self, run: Run) -> Vector:
        """The result, worked out once per run."""
        found = run.made.get(self.key)
        if found is None:
            found = run.made[self.key] = self.work(run)
        return found


@dataclass(frozen=True, slots=True)
class Named:
    """A list with a name: a node's rows, those for which ``where`` holds."""

    node: str
    where: Plan | None


@dataclass(frozen=True, slots=True)
class World:
    """What expressions may speak of."""

    catalogue: Catalogue
    tables: Mapping[str, Table]
    pairs: Mapping[str, Pairs]
    patterns: Mapping[str, Callable[[str], bool]]
    parameters: Mapping[str, str | tuple[str, ...]]
    lists: Mapping[str, Named]
