"""A grouper with all its services on a real port, and its worker, for the contract tests."""

from __future__ import annotations

import asyncio
import contextlib
import io
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import chspay_policy
from chspay.grouper.v1 import (
    artefacts_pb2_grpc,
    dip_pb2_grpc,
    grouper_pb2_grpc,
    runs_pb2_grpc,
    schemes_pb2_grpc,
    weights_pb2_grpc,
)
from chspay_core.case import Case
from chspay_core.tables import batch_from_cases
from chspay_grouper.app import GrouperApp
from chspay_grouper.main import Built, build
from chspay_kit.auth import Claim, use_claim
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server

KEY = b"0123456789abcdef0123456789abcdef"
BUREAU = Claim("bureau-key", "bureau", region="9901")
HOSPITAL = Claim("hospital-key", "hospital", institution="H99010100001")
OTHER = Claim("other-key", "hospital", institution="H99010100002")
STARTER = "chspay_starter"
ROOT = chspay_policy.ROOT / "schemes"


@dataclass
class GrouperWorld:
    """The parts of a running grouper."""

    app: GrouperApp
    database: Database
    built: Built
    grouper: Any
    runs: Any
    schemes: Any
    artefacts: Any
    dip: Any
    weights: Any


@contextlib.asynccontextmanager
async def grouping(database: Database, *, trusted: frozenset[str] = frozenset(), works: bool = True):
    """Starts everything over an open database; the caller is a bureau."""
    app = GrouperApp(database, ROOT)
    await app.start()
    built = build(app, database, trusted)
    server = Server(built.servicers, listen="127.0.0.1:0", claim_key=KEY, database=database)
    channel = Channel(f"127.0.0.1:{await server.start()}", KEY)
    work = asyncio.create_task(built.worker.work()) if works else None
    with use_claim(BUREAU):
        yield GrouperWorld(
            app,
            database,
            built,
            grouper_pb2_grpc.GrouperServiceStub(channel),
            runs_pb2_grpc.GroupRunServiceStub(channel),
            schemes_pb2_grpc.SchemeServiceStub(channel),
            artefacts_pb2_grpc.ArtefactServiceStub(channel),
            dip_pb2_grpc.DipServiceStub(channel),
            weights_pb2_grpc.WeightServiceStub(channel),
        )
    if work is not None:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
    await channel.close()
    await server.drain(1)


def some_cases(number: int) -> list[Case]:
    """Cases of four kinds: grouped by a diagnosis or an operation, unknown, and without a sex."""
    kinds = (
        {"diagnoses": ("I63.900", "I10.x00")},
        {"sex": 2, "age_years": 30, "diagnoses": ("O82.900",), "procedures": ("74.1x00",)},
        {"diagnoses": ("ZZZ",)},
        {"sex": None, "diagnoses": ("I63.900",)},
    )
    return [
        Case(**({"case_id": f"c{n}", "sex": 1, "age_years": 70} | kinds[n % len(kinds)]))
        for n in range(number)
    ]


def parquet(cases: list[Case]) -> bytes:
    """Cases as a Parquet file."""
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_batches([batch_from_cases(cases)]), sink)
    return sink.getvalue()


def arrow(cases: list[Case]) -> bytes:
    """Cases as an Arrow stream."""
    batch, sink = batch_from_cases(cases), io.BytesIO()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()
