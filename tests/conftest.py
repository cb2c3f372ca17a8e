"""Fixtures every test may use: the shared material, and PostgreSQL that is really PostgreSQL."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.fixture(scope="module")
def fresh_db(pg) -> str:
    """The administrator's address of a new, empty database; one per test module."""
    from chspay_kit.pg import create_database

    name = f"test_{os.getpid()}_{next(_numbers)}"
    create_database(pg.url(database="postgres"), name)
    return pg.url(database=name)


class MigratedDatabase:
    """A database in which every service's migrations have run."""

    def __init__(self, server, admin_url: str, services: list[str]) -> None:
        self._server = server
        self.admin_url = admin_url
        self.services = services
        self._name = admin_url.rsplit("/", 1)[1]

    def url(self, service: str) -> str:
        """The address for the role of ``service``: what the service itself would be given."""
        return self._server.url(f"chspay_{service}", database=self._name)


@pytest.fixture(scope="module")
def migrated_db(pg, fresh_db: str) -> MigratedDatabase:
    """A new database, one per test module, with the schemas of all services."""
    from chspay_kit import migrate
    from chspay_kit.pg import password_name

    names = migrate.services()
    for name in names:
        migrate.upgrade(name, fresh_db, pg.home.secret(password_name(migrate.role_of(name))))
    return MigratedDatabase(pg, fresh_db, names)
