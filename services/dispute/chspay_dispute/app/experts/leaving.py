"""What a panel does when its case goes to another one: its work has lost its object, and it is dissolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import asyncpg

from chspay_dispute.app.experts.common import tell
from chspay_dispute.app.experts.seconds import SECOND
from chspay_dispute.engine.machine import Transition
from chspay_dispute.store.docket import Row
from chspay_dispute.store.experts import panels as store
from chspay_kit.auth import Claim

#: Steps that hand a case to another panel.
_HANDED_UP = frozenset({"escalate", "refer_prov"})


class PanelsLeft:
    """Dissolves the open panel of a case that was handed up; a second review goes on."""

    async def stepped(
        self,
        connection: asyncpg.Connection,
        row: Row,
        step: Transition,
        actor: Claim,  # noqa: ARG002 - of the protocol
        details: Mapping[str, Any],  # noqa: ARG002 - of the protocol
    ) -> None:
        """Carries the effects of ``step`` out."""
        if step.event not in _HANDED_UP:
            return
        for panel in await store.of_case(connection, row.owner_id):
            if panel.state in store.OPEN and panel.stage != SECOND:
                await store.note(connection, panel.panel_id, state="dissolved")
                await tell(connection, panel, "dissolved", {"ground": "handed_up"})
