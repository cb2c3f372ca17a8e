"""Every RPC of every service, found by reflection, told anything: an answer or a refusal, never a failure."""

from __future__ import annotations

import asyncio
import os
import random
from typing import Any

import grpc
import pytest
from gateway_world import COUNTY, KEY, OWN, POOL
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor as Field
from google.protobuf.message import DecodeError, Message
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from chspay_kit import auth

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECONDS = 30.0
#: A failure of ours, or no answer at all.
WRONG = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.DEADLINE_EXCEEDED,
         grpc.StatusCode.DATA_LOSS}  # fmt: skip
TEXTS = ("", "x", POOL, COUNTY, OWN, "2026-03", "2026-03-08", "0", "-1", "1.5", "1e999", "NaN", "\x00", "';",
         "病" * 70, "x" * 5000, "../../etc", "🏥", " ", "none", "*", "fuzz")  # fmt: skip
NUMBERS = (0, 1, 2, 3, 12, 2026, 202603, 100, 10**6, 2**31 - 1, -1, -(2**31))
LARGE = (2**63 - 1, -(2**63), 10**15)
CLAIMS = (
    auth.Claim("fuzz-admin", "bureau", region="*", duties=("clearing", "handling")),
    auth.Claim("fuzz-bureau", "bureau", region="9901", duties=("administration", "secretary")),
    auth.Claim("fuzz-hospital", "hospital", institution=OWN),
    auth.Claim("expert:fuzz", "expert"),
)
_MOST_ROWS, _DEEPEST = 2, 5


def fill(message: Message, dice: random.Random, depth: int = 0) -> None:
    """Gives some fields of a message some value."""
    for field in message.DESCRIPTOR.fields:
        if dice.random() < 0.35 or (depth >= _DEEPEST and field.type == Field.TYPE_MESSAGE):
            continue
        if field.type == Field.TYPE_MESSAGE and field.message_type.GetOptions().map_entry:
            _fill_map(message, field, dice)
        elif field.is_repeated:
            for _ in range(dice.randint(0, _MOST_ROWS)):
                if field.type == Field.TYPE_MESSAGE:
                    fill(getattr(message, field.name).add(), dice, depth + 1)
                else:
                    getattr(message, field.name).append(scalar(field, dice))
        elif field.type == Field.TYPE_MESSAGE:
            part = getattr(message, field.name)
            part.SetInParent()
            fill(part, dice, depth + 1)
        elif field.name == "request_id":
            message.request_id = f"fuzz-{dice.getrandbits(64):x}"  # type: ignore[attr-defined]
        else:
            setattr(message, field.name, scalar(field, dice))


def _fill_map(message: Message, field: Any, dice: random.Random) -> None:
    key, value = field.message_type.fields
    if value.type != Field.TYPE_MESSAGE:
        getattr(message, field.name)[scalar(key, dice)] = scalar(value, dice)


def scalar(field: Any, dice: random.Random) -> Any:
    if field.type == Field.TYPE_ENUM:
        return dice.choice([*(value.number for value in field.enum_type.values), 99])
    if field.cpp_type == Field.CPPTYPE_STRING:
        if field.type == Field.TYPE_BYTES:
            return dice.choice([b"", b"{}", b"\xff\x00", b"PK\x03\x04", b'{"setlinfo": []}', os.urandom(8)])
        return dice.choice(TEXTS)
    if field.cpp_type == Field.CPPTYPE_BOOL:
        return dice.random() < 0.5
    if field.cpp_type in (Field.CPPTYPE_DOUBLE, Field.CPPTYPE_FLOAT):
        return dice.choice([0.0, -1.5, 1e300])
    wide = field.cpp_type in (Field.CPPTYPE_INT64, Field.CPPTYPE_UINT64)
    number = dice.choice(NUMBERS + LARGE if wide else NUMBERS)
    return abs(number) if field.cpp_type in (Field.CPPTYPE_UINT32, Field.CPPTYPE_UINT64) else number


def changed(content: bytes, kind: type[Message], dice: random.Random) -> bytes:
    """The message with some of its bytes changed, as long as it can still be read as one."""
    for _ in range(20):
        spoiled = bytearray(content)
        for _ in range(dice.randint(1, 3)):
            if spoiled:
                spoiled[dice.randrange(len(spoiled))] = dice.getrandbits(8)
        try:
            kind.FromString(bytes(spoiled))
        except (DecodeError, UnicodeDecodeError):
            continue
        return bytes(spoiled)
    return content


async def methods_of(channel: grpc.aio.Channel) -> list[Any]:
    """Every method of every service of ours that a server tells of."""
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    ask = [reflection_pb2.ServerReflectionRequest(list_services="")]
    names = []
    async for answer in stub.ServerReflectionInfo(iter(ask)):
        names = [each.name for each in answer.list_services_response.service]
    found = []
    for name in names:
        if name.startswith("chspay."):
            asked = [reflection_pb2.ServerReflectionRequest(file_containing_symbol=name)]
            async for answer in stub.ServerReflectionInfo(iter(asked)):
                content = answer.file_descriptor_response.file_descriptor_proto[0]
                assert descriptor_pb2.FileDescriptorProto.FromString(content).service
            found += list(descriptor_pool.Default().FindServiceByName(name).methods)
    return found


async def call(channel: grpc.aio.Channel, method: Any, content: list[bytes], claim: auth.Claim) -> str:
    """One call with raw bytes; what went wrong, or nothing."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    metadata = ((auth.CLAIM_METADATA, auth.token_for(claim, KEY, 60)),)
    try:
        async with asyncio.timeout(SECONDS + 5):
            if method.client_streaming:
                shape = channel.stream_stream if method.server_streaming else channel.stream_unary
                running = shape(path)(iter(content), metadata=metadata, timeout=SECONDS)
            else:
                shape = channel.unary_stream if method.server_streaming else channel.unary_unary
                running = shape(path)(content[0], metadata=metadata, timeout=SECONDS)
            if method.server_streaming:
                async for _ in running:
                    break
                running.cancel()
            else:
                await running
    except grpc.aio.AioRpcError as error:
        if error.code() in WRONG:
            return f"{path} {error.code().name} {error.details()!s:.200} {content[0][:120]!r} {claim.role}"
    except TimeoutError:
        return f"{path} hangs {content[0][:120]!r}"
    return ""


async def _fuzz(gw: Any, rounds: int, every: int) -> int:
    """Asks every so many-th method of every server so often; how many methods there are."""
    dice, wrong, seen = random.Random(20260101), [], 0
    for server in gw.servers.values():
        async with grpc.aio.insecure_channel(server._listen) as channel:
            methods = await methods_of(channel)
            seen += len(methods)
            for method in methods[::every]:
                kind = message_factory.GetMessageClass(method.input_type)
                for number in range(rounds):
                    message = kind()
                    fill(message, dice)
                    content = message.SerializeToString()
                    if number % 2:
                        content = changed(content, kind, dice)
                    wrong.append(await call(channel, method, [content, content], dice.choice(CLAIMS)))
    told = sorted(set(filter(None, wrong)))
    assert not told, f"{len(told)}\n" + "\n".join(told)
    return seen


async def test_every_rpc_is_told_anything_once(gw):
    """Other programs than our gateway call the services too; a wrong message must not look like a defect."""
    assert await _fuzz(gw, 2, 3) > 150


@pytest.mark.prove
async def test_every_rpc_is_told_anything_often(gw):
    """The same of every RPC, many times."""
    await _fuzz(gw, int(os.environ.get("CHSPAY_FUZZ", "60")), 1)
