"""Every operation of the interface description, asked with what it allows and with what it does not."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_asyncio
import schemathesis
from gateway_world import POOL
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

pytestmark = pytest.mark.asyncio(loop_scope="module")
#: A request that is not answered by then hangs.
SECONDS = 30
#: The default suite asks every so many-th operation once; a proof asks every one, often.
EVERY = 40
#: Says by its status whether all services are up; in this house no one tells it.
PROBE = "/readyz"
METHODS = frozenset({"get", "post", "put", "delete", "patch"})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(gw) -> Any:
    """The gateway behind a real socket."""
    server, task = await gw.serve()
    yield gw
    server.should_exit = True
    await task


@schemathesis.serializer("application/vnd.apache.parquet")
def as_bytes(_context: Any, value: Any) -> bytes:
    """A file that is none: its reader has to say so."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def operations(gw: Any) -> Iterator[Any]:
    """Every operation of the document; new ones are found by themselves."""
    schema = schemathesis.openapi.from_dict(gw.app.openapi())
    for found in schema.get_all_operations():
        yield found.ok()


def asked(gw: Any, operation: Any, mode: GenerationMode, examples: int, key: str) -> list[str]:
    """Asks one operation; what went wrong."""
    wrong: list[str] = []

    @settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @seed(1)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        headers = {
            "Authorization": f"Bearer {gw.keys[key]}",
            "Idempotency-Key": f"fuzz-{os.urandom(8).hex()}",
        }
        answer = case.call(base_url=gw.url, headers=headers, timeout=SECONDS)
        if answer.status_code == 503:
            # A busy machine may ask to come again; then it has to answer.
            answer = case.call(base_url=gw.url, headers=headers, timeout=SECONDS)
        if answer.status_code >= 500 and operation.path != PROBE:
            text = answer.content[:300].decode("utf-8", "replace")
            wrong.append(
                f"{operation.method} {operation.path}: {answer.status_code} {text} {case.body!r:.300}"
            )

    try:
        ask()
    except Unsatisfiable:
        # Nothing to be got wrong: the operation takes no parameter.
        return wrong
    except Exception as error:
        wrong.append(f"{operation.method} {operation.path}: {type(error).__name__} {error!s:.300}")
    return wrong


async def _all(gw: Any, chosen: list[Any], examples: int, key: str) -> None:
    wrong: list[str] = []
    for operation in chosen:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                wrong += await asyncio.to_thread(asked, gw, operation, mode, examples, key)
            except Exception as error:
                wrong.append(f"{operation.method} {operation.path}: {type(error).__name__} {error!s:.200}")
    assert not wrong, "\n".join(wrong)


async def test_a_sample_of_operations_is_asked_anything(served):
    """Whatever a client sends, the answer is a refusal it can read, never a failure of ours."""
    await _all(served, list(operations(served))[::EVERY], 1, "admin")


@pytest.mark.prove
@pytest.mark.parametrize("key", ["admin", "own", "bureau"])
async def test_every_operation_is_asked_anything(served, key):
    """The same of the whole document, as an administrator, a hospital and a bureau."""
    await _all(served, list(operations(served)), int(os.environ.get("CHSPAY_FUZZ", "20")), key)


async def test_the_whole_document_is_meant(served):
    """An operation that is left out of the asking is one nobody ever tried."""
    document = served.app.openapi()
    written = sum(method in METHODS for item in document["paths"].values() for method in item)
    assert len(list(operations(served))) == written
    assert POOL in str(document)
