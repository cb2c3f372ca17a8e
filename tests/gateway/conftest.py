"""The gateway over real services: gRPC servers, PostgreSQL with the services' own roles, real keys."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gw(migrated_db) -> AsyncIterator[object]:
    """A running gateway with everything behind it; one per test module (``gateway_world.GatewayWorld``)."""
    from gateway_world import running

    async with running(migrated_db) as world:
        yield world
