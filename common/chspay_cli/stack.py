"""The whole suite on one machine: PostgreSQL, every service, gateway and portal; as processes of their own.

Used by ``chspay up``, by the demonstration, by the end-to-end tests and by the measurements::

    async with Stack(home) as stack:
        ...  # stack.gateway_url, stack.target("settlement"), await stack.kill("settlement")
"""

from __future__ import annotations

import asyncio
import fcntl
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote, urlsplit, urlunsplit

import grpc
import httpx
from grpc_health.v1 import health_pb2, health_pb2_grpc

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import migrate
from chspay_kit.home import CLAIM_KEY, IDENTITY_KEY, Home
from chspay_kit.pg import EmbeddedPostgres, password_name
from chspay_kit.ports import HOST, free_port, is_free
from chspay_kit.supervise import Child, Supervisor

STACK_RUNNING = Reason(
    "STACK_RUNNING",
    Kind.PRECONDITION,
    "状态目录 {value} 已有一套服务在运行；请先停止它，或用 --home 指定另一个目录",
)
PORTS_TAKEN = Reason(
    "PORTS_TAKEN",
    Kind.PRECONDITION,
    "端口 {value} 已被其他程序占用；请用 --port-base 换一段端口，例如 --port-base 18080",
)

SERVICES = ("rulebook", "grouper", "budget", "settlement", "capitation", "perdiem", "dispute")
GATEWAY, PORTAL = "gateway", "portal"
DEFAULT_PORTS = {
    "gateway": 8080,
    "grouper": 50051,
    "rulebook": 50052,
    "budget": 50053,
    "settlement": 50054,
    "capitation": 50055,
    "perdiem": 50056,
    "dispute": 50057,
    "portal": 8090,
}
_PROBE_SECONDS = 2.0

Report = Callable[[str], None]


def ports_from(base: int) -> dict[str, int]:
    """Consecutive ports from ``base``: the gateway first, then the services and the portal."""
    return {name: base + at for at, name in enumerate(DEFAULT_PORTS)}


def free_ports() -> dict[str, int]:
    """Ports nobody uses just now, for tests and measurements that run side by side."""
    found: set[int] = set()
    while len(found) < len(DEFAULT_PORTS):
        found.add(free_port())
    return dict(zip(DEFAULT_PORTS, found, strict=True))


class Stack:
    """All processes of one state folder.

    :param home: the state folder; secrets, database and logs live in it.
    :param ports: name -> port; ``None`` takes free ones.
    :param database_url: administrator's address of an existing PostgreSQL; ``None`` starts the embedded one.
    :param durable: see :class:`~chspay_kit.pg.EmbeddedPostgres`.
    :param env: added to the environment of every service.
    :param report: told, in Chinese, what is being done.
    """

    def __init__(
        self,
        home: Path,
        *,
        ports: Mapping[str, int] | None = None,
        database_url: str | None = None,
        durable: bool = True,
        env: Mapping[str, str] | None = None,
        report: Report = lambda _text: None,
    ) -> None:
        self.home = Home(home)
        self.ports = dict(ports or free_ports())
        self._external = database_url
        self._postgres = None if database_url else EmbeddedPostgres(home, durable=durable)
        self._env = dict(env or {})
        self._report = report
        self._lock: IO[str] | None = None
        self._supervisor = Supervisor(
            [self._child(name) for name in (*SERVICES, GATEWAY, PORTAL)], report=self._event
        )

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Database, migrations, services, gateway and portal, each ready before this returns.

        On a failure everything that was started is stopped again, and the reason is raised.
        :raises Fault: STACK_RUNNING, PORTS_TAKEN, CHILD_FAILED, and what database and migrations raise.
        """
        self._take_home()
        try:
            self._check_ports()
            await self._supervisor.spawn()
            await asyncio.to_thread(self._prepare_database)
            self._report("启动服务 …")
            await self._supervisor.start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop portal, gateway, services and the embedded database, in this order; safe to call twice."""
        await self._supervisor.stop()
        if self._postgres is not None and self._lock is not None:
            await asyncio.to_thread(self._postgres.stop)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def kill(self, name: str) -> None:
        """``kill -9`` one service and leave it down; :meth:`restart` brings it back."""
        await self._supervisor.kill_one(name)

    async def restart(self, name: str) -> None:
        """Start a service that is down, or stop and start one that runs; returns when it is ready."""
        await self._supervisor.stop_one(name)
        await self._supervisor.start_one(name)

    def pid(self, name: str) -> int | None:
        """Process id of a service, ``None`` while it is down."""
        return self._supervisor.pid(name)

    async def ready(self, name: str) -> None:
        """Wait until a service is ready again."""
        await self._supervisor.ready(name)

    @property
    def gateway_url(self) -> str:
        """Where the gateway answers, without a slash at the end."""
        return f"http://{HOST}:{self.ports[GATEWAY]}"

    @property
    def portal_url(self) -> str:
        """Where the pages are, without a slash at the end."""
        return f"http://{HOST}:{self.ports[PORTAL]}"

    def target(self, service: str) -> str:
        """``host:port`` of a service's gRPC server."""
        return f"{HOST}:{self.ports[service]}"

    @property
    def claim_key(self) -> bytes:
        """The key that signs claims in this stack."""
        return self.home.secret(CLAIM_KEY).encode()

    @property
    def admin_url(self) -> str:
        """The administrator's address of the database."""
        if self._external is not None:
            return self._external
        if self._postgres is None:
            raise RuntimeError("a stack has an external or an embedded database")
        return self._postgres.url()

    def database_url(self, service: str) -> str:
        """The address that the service's own role uses."""
        role = migrate.role_of(service)
        return as_role(self.admin_url, role, self.home.secret(password_name(role)))

    def log(self, name: str) -> Path:
        """The log file of a service."""
        return self.home.path / "logs" / f"{name}.log"

    def _take_home(self) -> None:
        self.home.folder(".")
        lock = (self.home.path / "up.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise Fault(STACK_RUNNING, value=self.home.path) from error
        self._lock = lock

    def _check_ports(self) -> None:
        taken = [str(port) for port in self.ports.values() if not is_free(port)]
        if taken:
            raise Fault(PORTS_TAKEN, value="、".join(taken))

    def _prepare_database(self) -> None:
        if self._postgres is not None:
            self._report("启动内置 PostgreSQL …")
            self._postgres.start()
        self._report("检查数据库结构 …")
        for service in migrate.services():
            password = self.home.secret(password_name(migrate.role_of(service)))
            migrate.upgrade(service, self.admin_url, password, report=self._report)

    def _child(self, name: str) -> Child:
        http = {GATEWAY: self.gateway_url, PORTAL: self.portal_url}
        probe = _http_probe(http[name]) if name in http else _service_probe(self.target(name))
        return Child(
            name=name,
            argv=(sys.executable, "-m", "chspay_cli.serve", name),
            settings=lambda: self.environment(name),
            log=self.log(name),
            ready=probe,
        )

    def environment(self, name: str) -> dict[str, str]:
        """What one service is told; secrets as files, and no other service's password."""
        if name == PORTAL:
            # Pages ask the gateway like everybody else: no database, no signing key.
            return {
                "CHSPAY_HOME": str(self.home.path),
                "CHSPAY_LISTEN": f"{HOST}:{self.ports[name]}",
                "CHSPAY_GATEWAY_URL": self.gateway_url,
            } | self._env
        env = {f"CHSPAY_{service.upper()}_TARGET": self.target(service) for service in SERVICES}
        env |= {
            "CHSPAY_HOME": str(self.home.path),
            "CHSPAY_LISTEN": f"{HOST}:{self.ports[name]}",
            "CHSPAY_CLAIM_KEY_FILE": str(self.home.secret_file(CLAIM_KEY)),
            "CHSPAY_DATABASE_URL": self.database_url(name),
        }
        if name == "settlement":
            env["CHSPAY_IDENTITY_KEY_FILE"] = str(self.home.secret_file(IDENTITY_KEY))
        return env | self._env

    def _event(self, name: str, event: str) -> None:
        told = {"ready": "已就绪", "ended": "意外退出，正在重新启动", "stopped": "已停止"}
        if event in told:
            self._report(f"{name} {told[event]}")


def as_role(admin_url: str, role: str, password: str) -> str:
    """The address of the same database for another role."""
    parts = urlsplit(admin_url)
    host = parts.netloc.rsplit("@", 1)[-1]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password)}@{host}"))


def _service_probe(target: str) -> Callable[[], Awaitable[bool]]:
    """Asks the gRPC health service whether the service can do its work, its database included."""
    question = health_pb2.HealthCheckRequest(service="ready")

    async def probe() -> bool:
        async with grpc.aio.insecure_channel(target) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            try:
                answer = await stub.Check(question, timeout=_PROBE_SECONDS)
            except grpc.aio.AioRpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    return probe


def _http_probe(url: str) -> Callable[[], Awaitable[bool]]:
    """Asks the gateway, or the portal, whether it and everything behind it can do its work."""

    async def probe() -> bool:
        async with httpx.AsyncClient(trust_env=False, timeout=_PROBE_SECONDS) as client:
            try:
                return (await client.get(f"{url}/readyz")).status_code == httpx.codes.OK
            except httpx.TransportError:
                return False

    return probe
