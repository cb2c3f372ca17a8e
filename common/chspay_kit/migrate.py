"""Alembic, once per service: its own schema, its own role, its own history.

A service has migrations when its package holds ``migrations/env.py``. That file is three lines::

    from chspay_settlement.tables import metadata
    from chspay_kit.migrate import run_env

    run_env("settlement", metadata)

Upgrading needs an administrator (CREATEROLE and CREATE on the database suffice); serving never does.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from chspay_core.errors import Fault, Kind, Reason

MIGRATION_UNKNOWN_SERVICE = Reason(
    "MIGRATION_UNKNOWN_SERVICE", Kind.INVALID, "服务 {value} 没有数据库结构；可选：{known}"
)
MIGRATION_FAILED = Reason(
    "MIGRATION_FAILED", Kind.PRECONDITION, "服务 {service} 的数据库结构升级没有成功，已全部撤回（{why}）"
)
MIGRATION_ROLE_TOO_STRONG = Reason(
    "MIGRATION_ROLE_TOO_STRONG",
    Kind.PRECONDITION,
    "数据库角色 {value} 拥有超级用户或绕过行级权限的权力，不能交给服务使用；请管理员收回",
)
MIGRATION_NO_DATABASE = Reason(
    "MIGRATION_NO_DATABASE", Kind.UNAVAILABLE, "连接不上数据库，请核对地址、账号与口令（{why}）"
)

SERVICES = ("rulebook", "grouper", "budget", "settlement", "capitation", "perdiem", "dispute", "gateway")
_LOCK = 0x63687370  # "chsp": two migration jobs started together take turns


def services() -> list[str]:
    """The services that have migrations, in the order they are migrated."""
    return [name for name in SERVICES if _folder(name) is not None]


def role_of(service: str) -> str:
    """The database role of a service."""
    return f"chspay_{service}"


def upgrade(
    service: str, admin_url: str, password: str, *, report: Callable[[str], None] | None = None
) -> None:
    """Bring the schema of ``service`` to the newest revision, in one transaction.

    Creates schema and role where missing and sets the role's password. Run twice, it changes nothing.

    :param admin_url: a PostgreSQL address with the administrator's account.
    :param password: the password the service's role shall have.
    :param report: called with each revision applied.
    :raises Fault: MIGRATION_UNKNOWN_SERVICE, MIGRATION_NO_DATABASE, MIGRATION_FAILED (rolled back).
    """
    config = config_of(service)
    with connect(admin_url) as connection, connection.begin():
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        _prepare(connection, service, password)
        config.attributes |= {"connection": connection, "report": report}
        try:
            command.upgrade(config, "head")
        except (sa.exc.SQLAlchemyError, psycopg.Error) as error:
            raise Fault(MIGRATION_FAILED, service=service, why=_first_line(error)) from error
        _finish(connection, service)


def check(service: str, admin_url: str) -> list[str]:
    """How the database differs from ``tables.py``, one sentence each; empty when they agree.

    Also named: revisions not applied yet.
    """
    config = config_of(service)
    with connect(admin_url) as connection:
        found = context_of(connection, service).get_current_heads()
        wanted = ScriptDirectory.from_config(config).get_heads()
        if set(found) != set(wanted):
            return [
                f"{service}: revision {sorted(found) or '-'} in the database, {sorted(wanted)} in the program"
            ]
        differences = compare_metadata(context_of(connection, service), metadata_of(config))
        return [f"{service}: {difference}" for difference in differences]


def run_env(service: str, metadata: sa.MetaData) -> None:
    """The whole of a service's ``migrations/env.py``."""
    attributes = context.config.attributes
    attributes["metadata"] = metadata
    connection = attributes.get("connection")
    if connection is None:
        return
    report = attributes.get("report")

    def applied(ctx: Any, step: Any, heads: Any, run_args: Any) -> None:  # noqa: ARG001
        if report is not None:
            report(f"{service} {step.up_revision_id} {step.up_revision.doc}".rstrip())

    context.configure(
        connection=connection,
        target_metadata=metadata,
        on_version_apply=applied,
        transaction_per_migration=False,
        **_options(service),
    )
    # The caller owns the transaction: upgrading several revisions is all or nothing.
    context.run_migrations()


def _options(service: str) -> dict[str, Any]:
    """What makes Alembic see this service's schema and nothing else."""

    def own_name(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "schema" or name == service

    def own_object(item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        if kind != "table":
            return True
        return bool(item.schema == service) and name != "alembic_version"

    return {
        "version_table": "alembic_version",
        "version_table_schema": service,
        "include_schemas": True,
        "include_name": own_name,
        "include_object": own_object,
        "compare_type": True,
        "compare_server_default": True,
    }


def context_of(connection: sa.Connection, service: str, **more: Any) -> MigrationContext:
    """Alembic's view of the service's schema over ``connection``."""
    return MigrationContext.configure(connection, opts=_options(service) | more)


def metadata_of(config: Config) -> sa.MetaData:
    """The metadata that the service's ``env.py`` hands to :func:`run_env`, without touching a database."""
    script = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, script):
        script.run_env()
    metadata = config.attributes["metadata"]
    if not isinstance(metadata, sa.MetaData):
        raise TypeError(f"{script.dir}/env.py must call run_env(service, metadata)")
    return metadata


def _prepare(connection: sa.Connection, service: str, password: str) -> None:
    """Schema and role. The password goes over as a SCRAM verifier, so no server log can show it."""
    role = role_of(service)
    raw: Any = connection.connection.driver_connection
    verifier = raw.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    found = connection.execute(
        sa.text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = :role"), {"role": role}
    ).scalar()
    if found:
        raise Fault(MIGRATION_ROLE_TOO_STRONG, value=role)
    if found is None:
        connection.exec_driver_sql(
            f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT"
        )
    connection.exec_driver_sql(f"ALTER ROLE {role} PASSWORD '{verifier}'")
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {service}")


def _finish(connection: sa.Connection, service: str) -> None:
    """Schema usage, the search path of the service, and the right to read which revision it is at."""
    role = role_of(service)
    database = connection.exec_driver_sql("SELECT quote_ident(current_database())").scalar_one()
    for statement in (
        f"GRANT USAGE ON SCHEMA {service} TO {role}",
        f"GRANT SELECT ON {service}.alembic_version TO {role}",
        f"ALTER ROLE {role} IN DATABASE {database} SET search_path = {service}, public",
    ):
        connection.exec_driver_sql(statement)


@contextmanager
def connect(admin_url: str) -> Iterator[sa.Connection]:
    """A connection of the administrator; :data:`MIGRATION_NO_DATABASE` when there is none to be had."""
    url = sa.make_url(admin_url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"application_name": "chspay-migrate"})
    try:
        try:
            connection = engine.connect()
        except sa.exc.OperationalError as error:
            raise Fault(MIGRATION_NO_DATABASE, why=_first_line(error)) from error
        with connection:
            yield connection
    finally:
        engine.dispose()


def config_of(service: str) -> Config:
    """Alembic's configuration of a service; :data:`MIGRATION_UNKNOWN_SERVICE` for a name unknown."""
    folder = _folder(service)
    if folder is None:
        raise Fault(MIGRATION_UNKNOWN_SERVICE, value=service, known="、".join(services()))
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _folder(service: str) -> Path | None:
    spec = importlib.util.find_spec(f"chspay_{service}") if service in SERVICES else None
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "migrations"
        if (folder / "env.py").is_file():
            return folder
    return None


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
