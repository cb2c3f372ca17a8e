"""Fixtures every test may use: the shared material, a real PostgreSQL, all services as processes."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from chspay_kit import grpc_client

#: A law holds or it does not; how busy the machine is decides nothing. The default suite asks every
#: law the same questions each time, so that a change is judged by what it changed; ``./run prove``
#: (``CHSPAY_LAWS=searching``) asks new ones.
settings.register_profile(
    "chspay", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile("searching", settings.get_profile("chspay"), derandomize=False)
#: A busy machine is not a fault of the call; tests of deadlines state their own.
grpc_client.CALL_SECONDS = 60.0
settings.load_profile(os.environ.get("CHSPAY_LAWS") or "chspay")

ROOT = Path(__file__).resolve().parents[1]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The project's shared material (handbook, real schemes, real cases); not in the repository."""
    path = Path(os.environ.get("CHSPAY_SHARED") or ROOT.parent / "shared")
    if not path.is_dir():
        pytest.skip(f"shared material is not at {path}; set CHSPAY_SHARED")
    return path


@pytest.fixture(scope="session")
def pg(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """One embedded PostgreSQL for the session (``chspay_kit.pg.EmbeddedPostgres``), fsync off."""
    from chspay_kit.pg import EmbeddedPostgres

    server = EmbeddedPostgres(tmp_path_factory.mktemp("pg"), durable=False)
    server.start()
    yield server
    server.stop()


def _new_name() -> str:
    return f"test_{os.getpid()}_{next(_numbers)}"


@pytest.fixture(scope="module")
def fresh_db(pg) -> str:
    """The administrator's address of a new, empty database; one per test module."""
    from chspay_kit.pg import create_database

    name = _new_name()
    create_database(pg.url(database="postgres"), name)
    return pg.url(database=name)


class MigratedDatabase:
    """A database in which every service's migrations have run."""

    def __init__(self, server, name: str, services: list[str]) -> None:
        self.server = server
        self.admin_url = server.url(database=name)
        self.services = services
        self.name = name

    def url(self, service: str) -> str:
        """The address for the role of ``service``: what the service itself would be given."""
        return self.server.url(f"chspay_{service}", database=self.name)


@pytest.fixture(scope="session")
def migrated_template(pg) -> MigratedDatabase:
    """Every migration run once a session; modules work in copies, nobody in this one."""
    from chspay_kit import migrate
    from chspay_kit.pg import create_database, password_name

    found = MigratedDatabase(pg, _new_name(), migrate.services())
    create_database(pg.url(database="postgres"), found.name)
    for name in found.services:
        migrate.upgrade(name, found.admin_url, pg.home.secret(password_name(migrate.role_of(name))))
    return found


def copy_of(template: MigratedDatabase) -> MigratedDatabase:
    """A new database with everything the template holds."""
    import psycopg

    from chspay_kit.migrate import role_of

    copy = MigratedDatabase(template.server, _new_name(), template.services)
    with psycopg.connect(template.server.url(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {copy.name} TEMPLATE {template.name}")
        for name in copy.services:
            # A role's search path belongs to a database by number, so a copy starts without it.
            role = role_of(name)
            connection.execute(f"ALTER ROLE {role} IN DATABASE {copy.name} SET search_path = {name}, public")
    return copy


@pytest.fixture(scope="module")
def migrated_db(migrated_template: MigratedDatabase) -> MigratedDatabase:
    """A new database, one per test module, with the schemas of all services."""
    return copy_of(migrated_template)


class RunningStack:
    """All services as processes (``chspay_cli.stack.Stack``), driven from ordinary test functions.

    The stack lives in an event loop of its own, so tests of any loop, or of none, can share it.
    """

    def __init__(self, home: Path, database_url: str) -> None:
        from chspay_cli.stack import Stack

        self.stack = Stack(home, database_url=database_url)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stack", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine of the stack, e.g. ``run(stack.ready("settlement"))``."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def start(self) -> None:
        """Start everything; returns when all are ready."""
        self.run(self.stack.start())

    def stop(self) -> None:
        """Stop everything and the loop."""
        self.run(self.stack.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def kill(self, name: str) -> None:
        """``kill -9`` a service and leave it down."""
        self.run(self.stack.kill(name))

    def restart(self, name: str) -> None:
        """Bring a service back, or start it anew; returns when it is ready."""
        self.run(self.stack.restart(name))

    @property
    def gateway_url(self) -> str:
        """Where the gateway answers."""
        return self.stack.gateway_url


@pytest.fixture(scope="session")
def stack(pg, migrated_template: MigratedDatabase) -> Iterator[RunningStack]:
    """Every service and the gateway, as processes on free ports, one set for the session.

    It shares the session's PostgreSQL, and with it the folder that keeps the passwords of its roles.
    """
    running = RunningStack(pg.home.path, copy_of(migrated_template).admin_url)
    running.start()
    yield running
    running.stop()
