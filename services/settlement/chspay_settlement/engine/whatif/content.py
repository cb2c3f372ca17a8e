"""What a simulation found as canonical bytes and back: the form in which a result is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from chspay_core.policy import canonical_json
from chspay_settlement.engine.model import PointValue
from chspay_settlement.engine.whatif.outcome import By, Outcome, Summary, Sums

FORMAT = "chspay-what-if/1"


def outcome_content(outcome: Outcome) -> dict[str, object]:
    """An outcome as texts and lists; whole numbers are texts."""
    return {
        "name": outcome.name,
        "fund_fen": str(outcome.fund_fen),
        "residual_fen": str(outcome.residual_fen),
        "cause": outcome.cause,
        "values": [
            [
                str(value.numerator_fen),
                str(value.denominator_micro),
                "yes" if value.includes_patient else "no",
            ]
            for value in outcome.values
        ],
        "scale": str(outcome.scale),
        "facets": {
            by.value: {key: [str(number) for number in row] for key, row in sorted(rows.items())}
            for by, rows in outcome.facets.items()
        },
        "riv": "" if outcome.riv is None else str(outcome.riv),
        "recomputed": list(outcome.recomputed),
    }


def outcome_of(data: Mapping[str, Any]) -> Outcome:
    """The outcome that :func:`outcome_content` wrote."""
    return Outcome(
        name=data["name"],
        fund_fen=int(data["fund_fen"]),
        residual_fen=int(data["residual_fen"]),
        cause=data["cause"],
        values=tuple(PointValue(int(a), int(b), patient == "yes") for a, b, patient in data["values"]),
        scale=Fraction(data["scale"]),
        facets={
            By(by): {key: Sums(*map(int, row)) for key, row in rows.items()}
            for by, rows in data["facets"].items()
        },
        riv=Fraction(data["riv"]) if data["riv"] else None,
        recomputed=tuple(data["recomputed"]),
        asked=frozenset(),
    )


def summary_content(found: Summary) -> dict[str, object]:
    """A summary as texts and lists."""
    return {
        name: [str(item) for item in value] if isinstance(value, tuple) else str(value)
        for name, value in asdict(found).items()
    }


def summary_of(data: Mapping[str, Any]) -> Summary:
    """The summary that :func:`summary_content` wrote."""
    wanted = Summary.__dataclass_fields__
    texts = {"name", "residual_cause", "largest_loss_hospital", "gini", "riv"}
    lists = {"point_values", "recomputed"}
    found: dict[str, Any] = {
        name: tuple(data[name]) if name in lists else data[name] if name in texts else int(data[name])
        for name in wanted
    }
    return Summary(**found)


def packed(parts: Mapping[str, object]) -> bytes:
    """A result as canonical JSON."""
    return canonical_json({"format": FORMAT, **parts})


def unpacked(content: bytes) -> dict[str, Any]:
    """What :func:`packed` was given."""
    found: dict[str, Any] = json.loads(content)
    return found
