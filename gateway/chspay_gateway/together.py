"""Lists one caller sends at the same moment go to settlement in one call.

A call costs more than taking a list in. A list that finds no call under way leaves at once; those that
arrive meanwhile leave together with the next one. Each keeps its own request id, outcome and time limit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_core.errors import Fault
from chspay_kit import auth, deadline, grpc_client, grpc_errors
from chspay_kit.auth import Claim

#: Lists of a call at most, and calls of one caller under way at once.
MOST, LINES = 64, 2
#: Bytes of a call at most, far below what a service takes: long lists travel with fewer others.
MOST_BYTES = 8 * 1024 * 1024


_Waiting = tuple[pb.SubmitListRequest, asyncio.Future[pb.SubmitListResponse]]


@dataclass(slots=True)
class _Caller:
    waiting: deque[_Waiting] = field(default_factory=deque)
    lines: int = 0

    def take(self) -> list[_Waiting]:
        """The next lists of one call; at least one when any waits."""
        taken: list[_Waiting] = []
        size = 0
        while self.waiting and len(taken) < MOST:
            size += self.waiting[0][0].ByteSize()
            if taken and size > MOST_BYTES:
                break
            taken.append(self.waiting.popleft())
        return taken


class ListsTogether:
    """Stands for ``SubmitList`` of settlement's stub.

    :param stub: of settlement.
    """

    def __init__(self, stub: Any) -> None:
        self._one, self._many = stub.SubmitList, stub.SubmitLists
        self._callers: dict[Claim, _Caller] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, request: pb.SubmitListRequest) -> pb.SubmitListResponse:
        """As the RPC.

        :raises Fault: why the list was refused, or that settlement cannot be reached.
        """
        claim = auth.current_claim()
        caller = self._callers.setdefault(claim, _Caller())
        if caller.lines < LINES:
            caller.lines += 1
            try:
                answer: pb.SubmitListResponse = await self._one(request)
            finally:
                self._go_on(claim, caller)
            return answer
        answered: asyncio.Future[pb.SubmitListResponse] = asyncio.get_running_loop().create_future()
        caller.waiting.append((request, answered))
        try:
            async with asyncio.timeout(deadline.remaining(grpc_client.CALL_SECONDS)):
                return await answered
        except TimeoutError as error:
            raise Fault(grpc_errors.DEADLINE_EXCEEDED) from error

    def _go_on(self, claim: Claim, caller: _Caller) -> None:
        """A line is free: those who wait get it."""
        if caller.waiting:
            task = asyncio.create_task(self._work(claim, caller))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        self._end(claim, caller)

    def _end(self, claim: Claim, caller: _Caller) -> None:
        caller.lines -= 1
        if not caller.lines:
            del self._callers[claim]

    async def _work(self, claim: Claim, caller: _Caller) -> None:
        # The task was begun within one request and serves others as well.
        auth.act_as(claim)
        try:
            while taken := caller.take():
                try:
                    await self._send(taken)
                except Exception as error:
                    # Whatever went wrong, also with the answer: nobody may be left waiting for nothing.
                    for _, answered in taken:
                        if not answered.done():
                            answered.set_exception(error)
        finally:
            self._end(claim, caller)

    async def _send(self, taken: list[_Waiting]) -> None:
        """One call, and everybody's own outcome of it."""
        deadline.begin(grpc_client.CALL_SECONDS)
        asked = pb.SubmitListsRequest(lists=[request for request, _ in taken])
        outcomes = (await self._many(asked)).outcomes
        for (_, answered), outcome in zip(taken, outcomes, strict=True):
            if answered.done():
                continue
            if outcome.HasField("refused"):
                answered.set_exception(grpc_errors.from_message(outcome.refused))
            else:
                answered.set_result(outcome.accepted)
