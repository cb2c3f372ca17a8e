"""Policy rules as a sealed artefact remembers them: the value, and the document that set it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chspay_core.policy import EVIDENCE, Rule, plain_value


@dataclass(frozen=True, slots=True)
class Cited:
    """One rule; ``value`` is text, or a list of texts or of rows of text."""

    key: str
    value: object
    place: str
    since: str
    cite: str
    evidence: str

    def plain(self) -> dict[str, object]:
        """The canonical structure."""
        return {name: getattr(self, name) for name in ("key", "value", "place", "since", "cite", "evidence")}


def cited(rule: Rule) -> Cited:
    """A rule of a policy, to be kept with what was made by it."""
    return Cited(
        rule.key, plain_value(rule.value), rule.place, rule.since.isoformat(), rule.cite, rule.evidence
    )


def cited_of(row: Mapping[str, Any]) -> Cited:
    """The rule of a canonical structure.

    :raises ValueError: a text that is none; TypeError: a field too few or too many.
    """
    rule = Cited(**row)
    texts = (rule.key, rule.place, rule.since, rule.cite, rule.evidence)
    if not all(isinstance(text, str) for text in texts) or rule.evidence not in EVIDENCE:
        raise ValueError("rule")
    return rule
