"""Every service's schema: reachable from nothing, equal to its tables, and no wider open than it must be."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy as sa

from chspay_core.errors import Fault
from chspay_kit import migrate

SERVICES = migrate.services()


@pytest.fixture
def admin(migrated_db):
    with psycopg.connect(migrated_db.admin_url, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("service", SERVICES)
def test_the_schema_is_what_the_tables_say(migrated_db, service: str) -> None:
    # A column that exists only in Python, or only in the database, fails at night.
    assert migrate.check(service, migrated_db.admin_url) == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_second_upgrade_changes_nothing(migrated_db, service: str, pg) -> None:
    # The migration job runs at every roll-out.
    steps: list[str] = []
    password = pg.home.secret(f"database-{migrate.role_of(service)}")
    migrate.upgrade(service, migrated_db.admin_url, password, report=steps.append)
    assert steps == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_role_has_no_power_beyond_its_schema(migrated_db, admin, service: str) -> None:
    # A service that is broken into must not read its neighbours or switch row policies off.
    role = migrate.role_of(service)
    row = admin.execute(
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolcanlogin FROM pg_roles"
        " WHERE rolname = %s",
        [role],
    ).fetchone()
    assert row == (False, False, False, False, True)
    for other in migrated_db.services:
        may = admin.execute("SELECT has_schema_privilege(%s, %s, 'USAGE')", [role, other]).fetchone()
        assert may == (other == service,), other
    owned = admin.execute("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", [role]).fetchone()
    assert owned == (0,)
    mine = psycopg.connect(migrated_db.url(service))
    with mine, pytest.raises(psycopg.errors.InsufficientPrivilege):
        mine.execute(f"CREATE TABLE {service}.mine (n int)")


def test_rows_of_a_hospital_or_region_are_under_policy(migrated_db, admin) -> None:
    # One forgotten table would show every hospital's cases to every hospital.
    bare = admin.execute(
        "SELECT DISTINCT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text = ANY(%s)"
        " AND a.attname IN ('hospital_code', 'region_code') AND NOT a.attisdropped"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
        [migrated_db.services],
    ).fetchall()
    assert bare == []


@pytest.mark.parametrize("table", ["journal_batch", "request_once"])
def test_history_cannot_be_rewritten_by_a_service(migrated_db, admin, table: str) -> None:
    # The journal is evidence, a stored answer a promise.
    places = admin.execute("SELECT schemaname FROM pg_tables WHERE tablename = %s", [table]).fetchall()
    for (schema,) in places:
        for right in ("DELETE", "TRUNCATE"):
            asked = [migrate.role_of(schema), f"{schema}.{table}", right]
            may = admin.execute("SELECT has_table_privilege(%s, %s, %s)", asked).fetchone()
            assert may == (False,), (schema, right)


def test_no_table_lies_outside_the_schemas(migrated_db, admin) -> None:
    # A migration that forgets its schema would land in public, where everybody looks.
    assert admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == []


def test_a_failed_upgrade_leaves_nothing(pg, fresh_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Half a schema is worse than none: the next roll-out could neither go on nor go back.
    service = SERVICES[0]
    name = "broken_" + fresh_db.rsplit("/", 1)[1]
    from chspay_kit.pg import create_database

    create_database(fresh_db, name)
    url = pg.url(database=name)

    def fail(*_: object) -> None:
        raise sa.exc.ProgrammingError("CREATE TABLE …", None, Exception("syntax error"))

    with monkeypatch.context() as patch:
        patch.setattr(migrate.command, "upgrade", fail)
        with pytest.raises(Fault, match="MIGRATION_FAILED"):
            migrate.upgrade(service, url, "x" * 16)
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT to_regnamespace(%s) IS NULL", [service]).fetchone()
        assert found == (True,)
    assert migrate.check(service, url) != []


def test_a_strong_role_is_not_handed_to_a_service(pg, fresh_db: str) -> None:
    # Row policies do not hold for a superuser: better not to start at all.
    service = SERVICES[0]
    role = migrate.role_of(service)
    with psycopg.connect(fresh_db, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
            connection.execute(f"CREATE ROLE {role} LOGIN")
        connection.execute(f"ALTER ROLE {role} BYPASSRLS")
        try:
            with pytest.raises(Fault, match="MIGRATION_ROLE_TOO_STRONG"):
                migrate.upgrade(service, fresh_db, "x" * 16)
        finally:
            connection.execute(f"ALTER ROLE {role} NOBYPASSRLS")


def test_wrong_addresses_are_told(fresh_db: str) -> None:
    # The two mistakes a first deployment makes.
    with pytest.raises(Fault, match="MIGRATION_NO_DATABASE"):
        migrate.check(SERVICES[0], "postgresql://postgres:x@127.0.0.1:1/chspay")
    with pytest.raises(Fault, match="MIGRATION_UNKNOWN_SERVICE"):
        migrate.check("settlment", fresh_db)
