"""Plugs the rulebook together and serves it."""

from __future__ import annotations

from typing import Any

from chspay.rulebook.v1 import (
    amendments_pb2_grpc,
    decisions_pb2_grpc,
    institutions_pb2_grpc,
    rulebook_pb2_grpc,
)
from chspay_core.policy_lint import Engines
from chspay_kit.db import Database
from chspay_kit.grpc_server import serve
from chspay_rulebook import rpc, rpc_amendments, rpc_decisions, rpc_institutions
from chspay_rulebook.app import Amendments, Decisions, Institutions, Rulebook
from chspay_rulebook.settings import RulebookSettings
from chspay_rulebook.shelf import Shelf


def servicers(shelf: Shelf, engines: Engines) -> list[tuple[Any, Any, str]]:
    """Every service of the rulebook: how to add it, the servicer, its full name."""
    return [
        (
            rulebook_pb2_grpc.add_RulebookServiceServicer_to_server,
            rpc.RulebookServicer(Rulebook(shelf)),
            rpc.SERVICE,
        ),
        (
            amendments_pb2_grpc.add_AmendmentServiceServicer_to_server,
            rpc_amendments.AmendmentServicer(Amendments(shelf, engines)),
            rpc_amendments.SERVICE,
        ),
        (
            institutions_pb2_grpc.add_InstitutionServiceServicer_to_server,
            rpc_institutions.InstitutionServicer(Institutions()),
            rpc_institutions.SERVICE,
        ),
        (
            decisions_pb2_grpc.add_DecisionServiceServicer_to_server,
            rpc_decisions.DecisionServicer(Decisions()),
            rpc_decisions.SERVICE,
        ),
    ]


async def main(settings: RulebookSettings, engines: Engines) -> None:
    """Serves the rulebook until it is told to stop.

    :param engines: what the engines know of methods and pay; amendments are checked against it.
    """
    database = Database(
        settings.database(),
        min_size=settings.database_min,
        max_size=settings.database_max,
        application="chspay-rulebook",
    )
    await serve("rulebook", servicers(Shelf(settings.policy_root), engines), settings, database)
