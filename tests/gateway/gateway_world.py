"""Everything behind an HTTP request, in one process: services on real ports, PostgreSQL, keys."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import uvicorn

from chspay_cli.cli_client import issue
from chspay_gateway import auth, clients
from chspay_gateway.access.room import open_access
from chspay_gateway.app import create_app
from chspay_gateway.main import page_key
from chspay_gateway.national.opening import open_door
from chspay_gateway.national.sealing import answer_keys
from chspay_gateway.session import Gateway
from chspay_gateway.settings import GatewaySettings
from chspay_gateway.store import PgStore
from chspay_kit.auth import DUTIES
from chspay_kit.db import Database
from chspay_kit.grpc_client import Channel
from chspay_kit.grpc_server import Server
from chspay_kit.sm2 import Sm2Key

KEY = b"a claim key for tests only"
POOL, COUNTY = "990100", "990101"
OWN, OTHER, STRANGER = "H99010100001", "H99010100002", "H99010100009"
PATH = "/fsi/api/rsfComIfsService/callService"
_numbers = itertools.count(1)

SOUND: dict[str, Any] = {
    "case_id": "C1",
    "hospital_code": OWN,
    "region_code": COUNTY,
    "admission_date": "2026-03-01",
    "discharge_date": "2026-03-08",
    "sex": 1,
    "age_years": 67,
    "diagnoses": ["I63.900", "I10.x00"],
    "total_cost": "12345.60",
    "patient_paid": "3021.17",
}


class GatewayWorld:
    """A running gateway: ``http`` asks it in process, ``url`` over a socket, ``admin`` looks at rows."""

    def __init__(self, app: Any, admin: asyncpg.Connection, keys: dict[str, str]) -> None:
        self.app = app
        self.admin = admin
        self.keys = keys
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")
        self.servers: dict[str, Server] = {}
        self.services: clients.Services = app.state.gateway.services
        self.url = ""
        self.admin_url = ""
        self.signing: Sm2Key

    async def ask(
        self, method: str, path: str, *, who: str | None = "own", key: str | None = "", **more: Any
    ) -> httpx.Response:
        """A request with ``who``'s key; writes get a fresh Idempotency-Key unless ``key`` says other."""
        headers = dict(more.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self.keys[who]}"
        if method in {"POST", "PUT"} and key is not None:
            headers["Idempotency-Key"] = key or f"test-{next(_numbers)}"
        return await self.http.request(method, path, headers=headers, **more)

    async def rows(self) -> dict[str, int]:
        """How many rows every table holds, to see that nothing was half-written.

        The rulebook is left out: it seals a policy the first time anybody looks at it. So is quality: it
        looks at lists in its own time, and tells of it by events; and what was turned away or read, which is
        written down on purpose.
        """
        tables = await self.admin.fetch(
            "SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname = ANY($1)"
            " AND tablename NOT LIKE 'quality%' AND tablename NOT IN ('rejection', 'reading', 'event')",
            ["settlement", "budget", "capitation", "perdiem", "gateway", "grouper"],
        )
        return {
            row["name"]: await self.admin.fetchval(f"SELECT count(*) FROM {row['name']}") for row in tables
        }

    async def serve(self) -> tuple[uvicorn.Server, asyncio.Task[None]]:
        """The same gateway behind a real socket."""
        config = uvicorn.Config(
            self.app, host="127.0.0.1", port=0, http="httptools", lifespan="off", log_config=None
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
            await asyncio.sleep(0.01)
        self.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        return server, task


async def _servicers(
    channels: dict[str, Channel], databases: dict[str, Database], trusted: frozenset[str]
) -> Any:
    from chspay_budget.main import build as build_budget
    from chspay_capitation.main import build as build_capitation
    from chspay_cli.engines import knowledge
    from chspay_dispute.app.shelf import calendar
    from chspay_dispute.main import build as build_dispute
    from chspay_grouper.app import GrouperApp
    from chspay_grouper.main import build as build_grouper
    from chspay_perdiem.clients import Rulebook as PerdiemsRulebook
    from chspay_perdiem.main import build as build_perdiem
    from chspay_policy import ROOT
    from chspay_rulebook.main import servicers as rulebook_servicers
    from chspay_rulebook.shelf import Shelf
    from chspay_settlement.main import build

    grouper = GrouperApp(databases["grouper"], ROOT / "schemes")
    await grouper.start()
    grouping = build_grouper(grouper, databases["grouper"], trusted)
    built = build(
        databases["settlement"], channels["grouper"], channels["rulebook"], channels["budget"],
        b"identity key for tests",
    )  # fmt: skip
    heads = build_capitation(
        databases["capitation"], channels["rulebook"], channels["budget"], channels["settlement"]
    )
    disputes = build_dispute(
        databases["dispute"], channels["rulebook"], channels["settlement"], calendar(),
        register_key=Sm2Key.generate(),
    )  # fmt: skip
    servicers = {
        "grouper": grouping.servicers,
        "rulebook": rulebook_servicers(Shelf(ROOT), knowledge()),
        "budget": build_budget(channels["rulebook"], channels["settlement"]),
        "settlement": built.servicers,
        "capitation": heads.servicers,
        "perdiem": build_perdiem(PerdiemsRulebook(channels["rulebook"])),
        "dispute": disputes.servicers,
    }
    return servicers, [
        *(worker.work for worker in built.workers), grouping.worker.work, heads.worker.work, *disputes.jobs,
    ]  # fmt: skip


SERVICES = ("grouper", "rulebook", "budget", "settlement", "capitation", "perdiem", "dispute")


@contextlib.asynccontextmanager
async def running(db: Any) -> AsyncIterator[GatewayWorld]:
    """Starts everything on free ports, over ``db`` (the fixture ``migrated_db``)."""
    async with contextlib.AsyncExitStack() as stack:
        from chspay_cli.stack import free_ports

        ports = free_ports()
        databases: dict[str, Database] = {}
        for name in (*SERVICES, "gateway"):
            databases[name] = Database(db.url(name), max_size=6)
            await databases[name].open()
            stack.push_async_callback(databases[name].close)
        channels = {name: Channel(f"127.0.0.1:{ports[name]}", KEY) for name in SERVICES}
        for channel in channels.values():
            stack.push_async_callback(channel.close)
        servers = {}
        signing = Sm2Key.generate()
        servicers, jobs = await _servicers(channels, databases, frozenset({signing.public_hex()}))
        for name, servicer in servicers.items():
            server = Server(
                servicer, listen=f"127.0.0.1:{ports[name]}", claim_key=KEY, database=databases[name]
            )
            await server.start()
            stack.push_async_callback(server.drain, 1)
            servers[name] = server
        for work in jobs:
            stack.callback(asyncio.create_task(work()).cancel)
        settings = GatewaySettings(claim_key=KEY.decode(), import_bytes=1024 * 1024)
        store = PgStore(databases["gateway"], answer_keys(settings, KEY))
        outward = httpx.AsyncClient()
        stack.push_async_callback(outward.aclose)
        access = open_access(settings, databases["gateway"], outward)
        gateway = Gateway(
            settings, clients.on_channels(channels), store, auth.Keys(store, KEY, access.desk),
            page_key(KEY), open_door(settings, KEY), access,
        )  # fmt: skip
        admin = await asyncpg.connect(db.admin_url)
        stack.push_async_callback(admin.close)
        keys = {
            "own": await issue(db.admin_url, institution=OWN),
            "other": await issue(db.admin_url, institution=OTHER),
            "stranger": await issue(db.admin_url, institution=STRANGER),
            "bureau": await issue(db.admin_url, region=POOL),
            "second": await issue(db.admin_url, region=POOL),
            "elsewhere": await issue(db.admin_url, region="330100"),
            "admin": await issue(db.admin_url, admin=True, duties=sorted(DUTIES - {"audit", "lead"})),
        }
        world = GatewayWorld(create_app(gateway), admin, keys)
        world.servers = servers
        world.admin_url = db.admin_url
        world.signing = signing
        stack.push_async_callback(world.http.aclose)
        for code in (OWN, OTHER):
            body = {"name": f"演示医院{code[-1]}", "region_code": POOL, "area_code": COUNTY, "level": 2,
                    "since": "2020-01-01"}  # fmt: skip
            answer = await world.ask("PUT", f"/api/v1/hospitals/{code}", who="bureau", json=body)
            assert answer.status_code == 200, answer.text
        yield world
