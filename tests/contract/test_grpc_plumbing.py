"""What surrounds every RPC, over a real port: claims, faults, deadlines, streams."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import plumbing as p
import pytest
from google.rpc import error_details_pb2, status_pb2

from chspay_core.errors import Fault, Kind
from chspay_kit import auth, deadline, grpc_errors
from chspay_kit.grpc_client import Channel
from chspay_kit.interceptor import methods_of


async def _refused(awaitable: Awaitable[Any]) -> Fault:
    with pytest.raises(Fault) as caught:
        await awaitable
    return caught.value


async def test_the_claim_reaches_the_handler() -> None:
    """Row-level security is set from it; what the gateway signed must arrive whole."""
    budget = p.Budget()
    async with p.house(budget) as house:
        for claim in (p.HOSPITAL, p.BUREAU, auth.service_claim("settlement")):
            with auth.use_claim(claim):
                answer = await house.budget.GetYear(p.year())
            assert answer.year.pool == "990100"
    told = [(c.subject, c.role, c.institution, c.region) for c in budget.claims]
    assert told == [
        ("key-7", "hospital", "H33010001", "3301"),
        ("key-8", "bureau", "", "9901"),
        ("settlement", "service", "", "*"),
    ]


async def test_a_call_without_a_good_claim_is_refused() -> None:
    """No claim, a forged one, one of another key and an expired one must all stop before the handler."""
    budget = p.Budget()
    good = auth.sign(auth.Claim("s", "bureau", region="9901", expires=int(time.time()) + 60), p.KEY)
    head, _, _ = good.rpartition(".")
    other = auth.sign(auth.Claim("s", "bureau", region="*", expires=int(time.time()) + 60), b"x" * 32)
    old = auth.sign(auth.Claim("s", "bureau", region="9901", expires=int(time.time()) - 1), p.KEY)
    async with p.house(budget) as house:
        assert (await _refused(house.budget.GetYear(p.year()))).reason.code == "CLAIM_MISSING"
        async with house.bare() as channel:
            stub = p.budget_pb2_grpc.BudgetServiceStub(channel)
            for token in ("", "x", good[:-1], f"{head}.AAAA", other, old):
                with pytest.raises(grpc.aio.AioRpcError) as caught:
                    await stub.GetYear(p.year(), metadata=[(auth.CLAIM_METADATA, token)])
                assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
                assert caught.value.details() == ("CLAIM_EXPIRED" if token == old else "CLAIM_BAD")
            await stub.GetYear(p.year(), metadata=[(auth.CLAIM_METADATA, good)])
    assert budget.calls == 1


async def test_a_fault_is_a_rich_status() -> None:
    """Programs of others read ErrorInfo, BadRequest and LocalizedMessage; the message is the bare code."""

    async def refuse(request: object) -> object:
        raise Fault(p.BAD_POOL, field="pool", value="{990}", place="演示省")

    async with p.house(p.Budget(refuse)) as house, house.bare() as channel:
        token = auth.token_for(p.BUREAU, p.KEY, 10)
        stub = p.budget_pb2_grpc.BudgetServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.GetYear(p.year(), metadata=[(auth.CLAIM_METADATA, token)])
        with auth.use_claim(p.BUREAU):
            fault = await _refused(house.budget.GetYear(p.year()))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details() == "BAD_POOL"
    trailer = dict(caught.value.trailing_metadata())
    status = status_pb2.Status.FromString(trailer[grpc_errors.DETAILS_METADATA])
    info, bad, text = (
        error_details_pb2.ErrorInfo(),
        error_details_pb2.BadRequest(),
        error_details_pb2.LocalizedMessage(),
    )
    for detail, message in zip(status.details, (info, bad, text), strict=True):
        assert detail.Unpack(message)
    assert (info.reason, info.domain) == ("BAD_POOL", "chspay")
    assert dict(info.metadata) == {"field": "pool", "value": "{990}", "place": "演示省"}
    assert bad.field_violations[0].field == "pool"
    assert (text.locale, text.message) == ("zh-CN", "统筹区应为六位代码，收到“{990}”。")
    assert (fault.reason.code, fault.reason.kind) == ("BAD_POOL", Kind.INVALID)
    assert (fault.field, fault.value, fault.facts) == ("pool", "{990}", {"place": "演示省"})
    assert fault.message == text.message


@pytest.mark.parametrize("kind", list(Kind))
async def test_every_kind_comes_back_as_itself(kind: Kind) -> None:
    """The gateway chooses its HTTP status by kind; a kind lost on the wire would answer 500."""

    async def refuse(request: object) -> object:
        raise Fault(p.Reason("SOME", kind, "原因。"))

    budget = p.Budget(refuse)
    async with p.house(budget) as house:
        with auth.use_claim(p.BUREAU):
            fault = await _refused(house.budget.GetYear(p.year()))
    assert (fault.reason.kind, fault.reason.code, fault.message) == (kind, "SOME", "原因。")
    # Not even UNAVAILABLE is tried again: the server was reached and has decided.
    assert budget.calls == 1


async def test_an_unexpected_error_is_numbered_and_keeps_its_text_to_itself(
    production_logs: Callable[[], list[dict[str, Any]]],
) -> None:
    """Messages of exceptions quote data; the caller gets a number that an operator finds in the log."""

    async def fail(request: object) -> object:
        raise ValueError("证件号码 330106199001011234 无效")

    async with p.house(p.Budget(fail)) as house:
        with auth.use_claim(p.BUREAU):
            fault = await _refused(house.budget.GetYear(p.year()))
    assert fault.reason.code == "INTERNAL"
    assert fault.facts["error_id"] in fault.message
    lines = production_logs()
    line = next(line for line in lines if line["event"] == "rpc.failed")
    assert line["error_id"] == fault.facts["error_id"]
    assert line["error_type"] == "ValueError"
    assert any("fail" in frame for frame in line["where"])
    assert "330106" not in json.dumps(lines)


async def test_what_is_not_there_yet_says_so() -> None:
    """An RPC that is declared but not built must not look like a defect."""
    async with p.house() as house:
        with auth.use_claim(p.BUREAU):
            fault = await _refused(house.budget.ListYears(p.budget_pb2.ListYearsRequest()))
    assert fault.reason.code == "NOT_IMPLEMENTED"


async def test_a_caller_without_a_deadline_gets_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that forgot its deadline must not hold a connection of the pool for ever."""
    monkeypatch.setattr(deadline, "CALL_SECONDS", 0.05)

    async def wait(request: object) -> object:
        return await asyncio.Event().wait()

    async with p.house(p.Budget(wait)) as house, house.bare() as channel:
        token = auth.token_for(p.BUREAU, p.KEY, 10)
        stub = p.budget_pb2_grpc.BudgetServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.GetYear(p.year(), metadata=[(auth.CLAIM_METADATA, token)])
    assert caught.value.details() == "DEADLINE_EXCEEDED"


async def test_the_deadline_is_passed_on() -> None:
    """What a service calls for a request may not outlive the request."""
    left: list[float] = []

    async def look(request: object) -> object:
        left.append(deadline.remaining(60))
        return p.budget_pb2.GetYearResponse()

    async with p.house(p.Budget(look)) as house:
        with auth.use_claim(p.BUREAU):
            with deadline.limit(2):
                await house.budget.GetYear(p.year())
            await house.budget.GetYear(p.year(), timeout=5)
    # gRPC rounds a timeout up by a hundredth.
    assert 1 < left[0] < 2.1
    assert 4 < left[1] < 5.1


async def test_a_deadline_that_passes_is_a_fault() -> None:
    """The caller must learn in Chinese that nothing came back in time, and be able to try again."""

    async def wait(request: object) -> object:
        return await asyncio.Event().wait()

    async with p.house(p.Budget(wait)) as house:
        with auth.use_claim(p.BUREAU):
            fault = await _refused(house.budget.GetYear(p.year(), timeout=0.1))
    assert (fault.reason.code, fault.reason.kind) == ("DEADLINE_EXCEEDED", Kind.UNAVAILABLE)


async def test_a_service_that_is_not_there_is_named_soon() -> None:
    """With a service down, a request must fail in a moment and say which service."""
    channel = Channel("127.0.0.1:1", p.KEY)
    began = time.monotonic()
    fault = await _refused(p.budget_pb2_grpc.BudgetServiceStub(channel).GetYear(p.year()))
    await channel.close()
    assert fault.reason.code == "SERVICE_UNAVAILABLE"
    assert p.BUDGET in fault.message
    assert time.monotonic() - began < 5


async def test_a_message_over_the_limit_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk that is too big must be told to come in parts, not end in a stack trace."""
    async with p.house() as house:
        with auth.use_claim(p.BUREAU):
            request = p.grouper_pb2.ImportSchemeRequest(request_id="a", workbook=bytes(65 * 1024 * 1024))
            fault = await _refused(house.grouper.ImportScheme(request))
    assert (fault.reason.code, fault.reason.kind) == ("MESSAGE_TOO_LARGE", Kind.TOO_LARGE)


async def test_a_stream_has_claim_answers_and_faults() -> None:
    """Batches go through streams; they need the same protection and the same errors as single calls."""
    async with p.house() as house:
        with auth.use_claim(p.BUREAU):
            answers = [a.answer async for a in house.grouper.GroupStream(p.cases("1", "2", "3"))]
            assert [a.case_id for a in answers] == ["1", "2", "3"]
            assert {a.drg for a in answers} == {"key-8"}
            answered: list[str] = []
            fault = await _refused(_read(house.grouper.GroupStream(p.cases("1", "bad", "3")), answered))
        nobody = await _refused(_read(house.grouper.GroupStream(p.cases("1")), []))
    assert answered == ["1"]
    assert (fault.reason.code, fault.field) == ("BAD_POOL", "case.case_id")
    assert nobody.reason.code == "CLAIM_MISSING"


async def _read(stream: AsyncIterator[Any], into: list[str]) -> None:
    async for answer in stream:
        into.append(answer.answer.case_id)


def test_writes_are_what_the_proto_says() -> None:
    """A write that forgot its idempotency would pay twice; declaration and proto are compared at start."""

    class Forgot(p.Budget):
        WRITES = p.Budget.WRITES - {"ApproveYear"}

    class Invented(p.Budget):
        WRITES = p.Budget.WRITES | {"DropYear"}

    class Reads(p.Budget):
        WRITES = p.Budget.WRITES | {"GetYear"}

    found = {m.path for m in methods_of(p.Budget(), p.BUDGET).values() if m.write}
    assert found == {f"/{p.BUDGET}/{name}" for name in p.Budget.WRITES}
    for servicer in (Forgot(), Invented(), Reads()):
        with pytest.raises(ValueError, match="WRITES"):
            methods_of(servicer, p.BUDGET)
