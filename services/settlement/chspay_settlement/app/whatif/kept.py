"""A simulation as bytes that are kept, and back."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import orjson

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_settlement import faults_whatif as faults
from chspay_settlement.app.whatif.asked import Asked, asked
from chspay_settlement.app.whatif.work import DONE, SweepPoint, WhatIf
from chspay_settlement.engine.whatif.content import (
    outcome_content,
    outcome_of,
    packed,
    summary_content,
    summary_of,
    unpacked,
)
from chspay_settlement.store.whatif import Stored


def content_of(one: WhatIf) -> bytes:
    """Everything a simulation was asked and found, as canonical JSON."""
    return packed(
        {
            "what_if_id": one.what_if_id,
            "asked": one.asked.wording.decode(),
            "names": one.names,
            "policy_digests": list(one.policy_digests),
            "outcomes": [outcome_content(outcome) for outcome in one.outcomes.values()],
            "summaries": [summary_content(found) for found in one.summaries],
            "sweep": [
                [
                    str(point.number),
                    list(point.values),
                    {} if point.summary is None else summary_content(point.summary),
                    point.reason,
                    point.message,
                ]
                for point in one.sweep
            ],
        }
    )


def stored_of(one: WhatIf, content: bytes) -> Stored:
    """The row of a simulation."""
    return Stored(
        one.what_if_id,
        one.pool,
        content,
        sm3_hex(content),
        one.engine_version,
        one.started_by,
        one.started_at,
    )


def what_if_of(kept: Stored) -> WhatIf:
    """The simulation that was kept.

    :raises Fault: WHAT_IF_ALTERED when the content is not what its digest says.
    """
    if sm3_hex(kept.content) != kept.digest:
        raise Fault(faults.WHAT_IF_ALTERED, field="what_if_id", value=kept.what_if_id)
    data = unpacked(kept.content)
    wanted = _asked(data["asked"])
    outcomes = [outcome_of(part) for part in data["outcomes"]]
    total = len(wanted.run_ids) + len(outcomes) + len(data["sweep"])
    return WhatIf(
        what_if_id=kept.what_if_id,
        pool=kept.pool,
        asked=wanted,
        started_by=kept.started_by,
        started_at=kept.created_at.astimezone(UTC),
        state=DONE,
        done=total,
        total=total,
        outcomes={outcome.name: outcome for outcome in outcomes},
        summaries=[summary_of(part) for part in data["summaries"]],
        sweep=[_point(row) for row in data["sweep"]],
        names=data["names"],
        policy_digests=tuple(data["policy_digests"]),
        engine_version=kept.engine_version,
        digest=kept.digest,
    )


def _point(row: list[Any]) -> SweepPoint:
    number, values, found, reason, message = row
    return SweepPoint(int(number), tuple(values), summary_of(found) if found else None, reason, message)


def _asked(wording: str) -> Asked:
    """What was asked, from its wording."""
    given = orjson.loads(wording)
    return asked(
        given["runs"],
        [(name, parts) for name, parts in given["scenarios"]],
        [(target, values) for target, values in given["axes"]],
        cartesian=given["cartesian"],
        age_bands=given["age_bands"],
        store=True,
    )
