"""Lists that arrive together are grouped together, and each still gets its own answer."""

from __future__ import annotations

import asyncio

import pytest

from chspay.common.v1 import case_pb2
from chspay.grouper.v1 import grouper_pb2, grouper_pb2_grpc
from chspay_core.case import Case
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server
from chspay_settlement.clients import Grouper

KEY = b"0123456789abcdef0123456789abcdef"
SERVICE = "chspay.grouper.v1.GrouperService"
BROKEN = Reason("SCHEME_BROKEN_IN_TEST", Kind.PRECONDITION, "方案{value}不可用")


class Counting(grouper_pb2_grpc.GrouperServiceServicer):
    """Answers each case with its own id and counts calls; a scheme named ``broken`` is refused."""

    WRITES = frozenset({"ImportScheme"})

    def __init__(self):
        self.calls = []

    async def GroupCases(self, request, context):
        self.calls.append(len(request.cases))
        await asyncio.sleep(0.02)
        if request.scheme == "broken":
            raise Fault(BROKEN, value=request.scheme)
        answers = [
            case_pb2.GroupAnswer(case_id=case.case_id, status=case_pb2.GROUP_STATUS_GROUPED, drg=case.case_id)
            for case in request.cases
        ]
        return grouper_pb2.GroupCasesResponse(answers=answers)


@pytest.fixture
async def both(migrated_db):
    """A counting grouper on a real port, and settlement's client of it."""
    from chspay_kit.db import Database

    database = Database(migrated_db.url("grouper"))
    await database.open()
    counting = Counting()
    add = [(grouper_pb2_grpc.add_GrouperServiceServicer_to_server, counting, SERVICE)]
    server = Server(add, listen="127.0.0.1:0", claim_key=KEY, database=database)
    channel = Channel(f"127.0.0.1:{await server.start()}", KEY)
    yield counting, Grouper(channel)
    await channel.close()
    await server.drain(1)
    await database.close()


def _case(number):
    return Case(case_id=f"c{number}", sex=1, diagnoses=("I63.900",))


async def test_many_lists_at_once_cost_few_calls_and_keep_their_answers(both):
    """A mixed-up answer would pay one patient's group for another's stay."""
    counting, grouper = both
    answers = await asyncio.gather(*(grouper.one("s", _case(number)) for number in range(500)))
    assert [answer.drg for answer in answers] == [f"c{number}" for number in range(500)]
    assert sum(counting.calls) == 500
    assert len(counting.calls) <= 5


async def test_a_lone_list_does_not_wait_for_company(both):
    """At night one hospital uploads one list; it must leave at once."""
    counting, grouper = both
    assert (await grouper.one("s", _case(1))).drg == "c1"
    assert (await grouper.one("s", _case(2))).drg == "c2"
    assert counting.calls == [1, 1]


async def test_a_refused_call_is_told_to_all_it_carried_and_to_nobody_else(both):
    """A broken scheme of one city must not stop another city's lists."""
    _, grouper = both
    good, bad = grouper.one("s", _case(1)), [grouper.one("broken", _case(number)) for number in range(3)]
    answer, *faults = await asyncio.gather(good, *bad, return_exceptions=True)
    assert answer.drg == "c1"
    assert [fault.reason.code for fault in faults] == ["SCHEME_BROKEN_IN_TEST"] * 3
    assert (await grouper.one("s", _case(4))).drg == "c4"


async def test_a_caller_who_leaves_disturbs_nobody(both):
    """A hospital that hangs up must not lose its neighbour's answer."""
    _, grouper = both
    leaving = asyncio.create_task(grouper.one("s", _case(1)))
    staying = asyncio.create_task(grouper.one("s", _case(2)))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).drg == "c2"
