"""The schema of the gateway is what the code says; its role can do only what it must."""

import asyncpg
import pytest

from chspay_kit import migrate


def test_tables_and_migrations_agree(migrated_db):
    """A column that exists only in code, or only in the database, is found before it hurts."""
    assert migrate.check("gateway", migrated_db.admin_url) == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO api_client (key_id) VALUES ('x')",
        "UPDATE api_client SET state = 'active'",
        "DELETE FROM exchange",
        "UPDATE exchange SET answer = ''",
        "TRUNCATE exchange",
        "SELECT * FROM settlement.list_version",
    ],
)
async def test_the_gateway_cannot_do_what_its_work_does_not_need(migrated_db, statement):
    """A stolen gateway password makes no key and rewrites no answer."""
    connection = await asyncpg.connect(migrated_db.url("gateway"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()


async def test_kept_answers_cannot_be_changed_by_anybody(migrated_db):
    """Reconciliation rests on them years later; even the administrator who means well is refused."""
    connection = await asyncpg.connect(migrated_db.admin_url)
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await connection.execute("DELETE FROM gateway.exchange")
    await connection.close()


async def test_a_key_has_exactly_one_scope(migrated_db):
    """A key that belongs to a hospital and a region at once would see too much."""
    connection = await asyncpg.connect(migrated_db.admin_url)
    for role, institution, region in (("hospital", "H1", "9901"), ("bureau", "", ""), ("hospital", "", "")):
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "INSERT INTO gateway.api_client (key_id, secret_hash, role, institution, region, label)"
                " VALUES ('a', '', $1, $2, $3, '')",
                role, institution, region,
            )  # fmt: skip
    await connection.close()
