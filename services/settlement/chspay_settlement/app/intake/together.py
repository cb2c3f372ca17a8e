"""Lists one caller sends at about the same time are stored in one transaction, each with its own outcome.

A lone list is stored at once. Those that arrive meanwhile wait for each other: their rows and the answers
kept for their request ids go to the database in the same few statements, and one commit makes them
durable. Nobody is answered before it. A list that makes the transaction fail is found by storing each
list by itself.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chspay_core.errors import Fault, Kind
from chspay_kit import auth, deadline, grpc_errors, once
from chspay_kit.auth import Claim
from chspay_kit.db import WRITE_CONFLICT, Database
from chspay_settlement.app.intake.lists import Accepted, Intake, Sent

#: Lists of a transaction at most, and transactions of one caller under way at once.
MOST, LINES = 64, 2
#: How long a transaction may take.
SECONDS = 10.0
_TRIES = 3


class _Overtaken(Exception):
    """The same request was done elsewhere meanwhile; its answer is kept by now."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A list on its way, and who waits for its answer."""

    request_id: str
    body_hash: bytes
    sent: Sent
    answer: asyncio.Future[bytes]

    def names(self) -> tuple[object, object]:
        """What no two lists of a transaction may share: the request id, and the list itself."""
        return self.request_id, (self.sent.case.hospital_code, self.sent.case.case_id)

    def end(self, outcome: bytes | Exception) -> None:
        """Gives the answer, unless nobody waits any more."""
        if self.answer.done():
            return
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


@dataclass(slots=True, eq=False)
class _Caller:
    """What one caller has on its way: waiting in order of arrival, and being stored."""

    waiting: deque[_Asked] = field(default_factory=deque)
    under_way: set[object] = field(default_factory=set)
    lines: int = 0

    def take(self) -> list[_Asked]:
        """The next lists that may be stored together; what must come after another one waits for it."""
        taken: list[_Asked] = []
        later: list[_Asked] = []
        held: set[object] = set()
        while self.waiting and len(taken) < MOST:
            asked = self.waiting.popleft()
            names = asked.names()
            if held.isdisjoint(names) and self.under_way.isdisjoint(names):
                taken.append(asked)
                self.under_way.update(names)
            else:
                later.append(asked)
                held.update(names)
        self.waiting.extendleft(reversed(later))
        return taken

    def give_back(self, done: Sequence[_Asked]) -> None:
        """These are stored or refused."""
        for asked in done:
            self.under_way.difference_update(asked.names())


class Together:
    """Stores lists; the answers it gives are those that a repeated request gets.

    :param method: full name of the RPC.
    :param to_answer: the answer of an accepted list as it goes over the wire.
    """

    def __init__(
        self, database: Database, intake: Intake, method: str, to_answer: Callable[[Accepted], bytes]
    ) -> None:
        self._database = database
        self._intake = intake
        self._method = method
        self._to_answer = to_answer
        self._callers: dict[Claim, _Caller] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, request_id: str, body_hash: bytes, sent: Sent) -> bytes:
        """Stores the current caller's list, once, and gives the answer.

        :raises Fault: as ``Intake.submit``, and REQUEST_ID_REUSED.
        """
        claim = auth.current_claim()
        caller = self._callers.setdefault(claim, _Caller())
        asked = _Asked(request_id, body_hash, sent, asyncio.get_running_loop().create_future())
        caller.waiting.append(asked)
        if caller.lines < LINES:
            caller.lines += 1
            task = asyncio.create_task(self._work(claim, caller))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await asked.answer

    async def _work(self, claim: Claim, caller: _Caller) -> None:
        """Stores what waits, until nothing does that this line may take."""
        # The task was begun within one request and serves others as well.
        auth.act_as(claim)
        while taken := caller.take():
            try:
                await self._store(claim, taken)
            finally:
                caller.give_back(taken)
        caller.lines -= 1
        if not caller.lines:
            del self._callers[claim]

    async def _store(self, claim: Claim, taken: Sequence[_Asked]) -> None:
        try:
            await self._transaction(claim, taken)
        except Exception as error:
            if len(taken) > 1 and not _concerns_all(error):
                for asked in taken:
                    await self._alone(claim, asked)
                return
            if isinstance(error, _Overtaken):
                await self._alone(claim, taken[0])
                return
            for asked in taken:
                asked.end(_told(error))

    async def _alone(self, claim: Claim, asked: _Asked) -> None:
        """Stores one list; who was overtaken finds the answer when looking again."""
        for _ in range(_TRIES):
            try:
                await self._transaction(claim, [asked])
            except _Overtaken:
                continue
            except Exception as error:
                asked.end(_told(error))
            return
        asked.end(Fault(WRITE_CONFLICT))

    async def _transaction(self, claim: Claim, taken: Sequence[_Asked]) -> None:
        """One transaction; everybody is answered once it is durable."""
        deadline.begin(SECONDS)
        async with asyncio.timeout(SECONDS), self._database.unit(claim) as unit:
            connection = await unit.connection()
            hashes = {asked.request_id: asked.body_hash for asked in taken}
            outcomes: dict[str, bytes | Fault] = dict(
                await once.answered(connection, claim.subject, self._method, hashes)
            )
            new = [asked for asked in taken if asked.request_id not in outcomes]
            found = await self._intake.submit_all([asked.sent for asked in new]) if new else []
            done = []
            for asked, outcome in zip(new, found, strict=True):
                if isinstance(outcome, Accepted):
                    answer = self._to_answer(outcome)
                    done.append(once.Answered(asked.request_id, asked.body_hash, answer))
                    outcomes[asked.request_id] = answer
                else:
                    outcomes[asked.request_id] = outcome
            if done and not await once.keep(connection, claim.subject, self._method, done):
                raise _Overtaken
        for asked in taken:
            asked.end(outcomes[asked.request_id])


def _told(error: Exception) -> Exception:
    """What the sender is told: who was only late is asked to send the same again."""
    return Fault(grpc_errors.DEADLINE_EXCEEDED) if isinstance(error, TimeoutError) else error


def _concerns_all(error: Exception) -> bool:
    """Whether storing each list by itself would fail in the same way: something is away."""
    if isinstance(error, Fault):
        return error.reason.kind is Kind.UNAVAILABLE and error.reason is not WRITE_CONFLICT
    return isinstance(error, TimeoutError)
