"""Plugs per-diem together and serves it."""

from __future__ import annotations

from chspay.perdiem.v1 import (
    assessments_pb2_grpc,
    perdiem_pb2_grpc,
    pilots_pb2_grpc,
    records_pb2_grpc,
)
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Add, serve
from chspay_perdiem.app.assessments import Assessments
from chspay_perdiem.app.pilots import Memberships
from chspay_perdiem.app.pricing import Pricing
from chspay_perdiem.app.records import Records
from chspay_perdiem.clients import Rulebook
from chspay_perdiem.rpc.assessments import SERVICE as ASSESSMENTS
from chspay_perdiem.rpc.assessments import AssessmentServicer
from chspay_perdiem.rpc.perdiem import SERVICE as PER_DIEM
from chspay_perdiem.rpc.perdiem import PerDiemServicer
from chspay_perdiem.rpc.pilots import SERVICE as PILOTS
from chspay_perdiem.rpc.pilots import PilotServicer
from chspay_perdiem.rpc.records import SERVICE as RECORDS
from chspay_perdiem.rpc.records import StayRecordServicer
from chspay_perdiem.settings import PerdiemSettings


def build(rulebook: Rulebook) -> list[Add]:
    """Plugs the rooms together."""
    pricing = PerDiemServicer(Pricing(rulebook))
    assessing = AssessmentServicer(Assessments(rulebook))
    return [
        (perdiem_pb2_grpc.add_PerDiemServiceServicer_to_server, pricing, PER_DIEM),
        (records_pb2_grpc.add_StayRecordServiceServicer_to_server, StayRecordServicer(Records()), RECORDS),
        (pilots_pb2_grpc.add_PilotServiceServicer_to_server, PilotServicer(Memberships()), PILOTS),
        (assessments_pb2_grpc.add_AssessmentServiceServicer_to_server, assessing, ASSESSMENTS),
    ]


async def main(settings: PerdiemSettings) -> None:
    """Serves per-diem until it is told to stop."""
    database = Database(
        settings.database(),
        min_size=settings.database_min,
        max_size=settings.database_max,
        application="chspay-perdiem",
    )
    channel = Channel(settings.rulebook_target, settings.claim_secret())
    try:
        await serve("perdiem", build(Rulebook(channel)), settings, database)
    finally:
        await channel.close()
