"""The schemas of the law and of the fund are what the code says; their roles can do only what they must."""

import asyncpg
import pytest

from chspay_kit import migrate


@pytest.mark.parametrize("service", ["rulebook", "budget"])
def test_tables_and_migrations_agree(migrated_db, service):
    """A column that exists only in code, or only in the database, is found before it hurts."""
    assert migrate.check(service, migrated_db.admin_url) == []


@pytest.mark.parametrize(
    ("service", "statement"),
    [
        ("rulebook", "UPDATE sealed_bundle SET content = ''"),
        ("rulebook", "DELETE FROM sealed_bundle"),
        ("rulebook", "UPDATE amendment SET content = ''"),
        ("rulebook", "DELETE FROM amendment_step"),
        ("rulebook", "UPDATE publication SET place = '990200'"),
        ("rulebook", "DELETE FROM retraction"),
        ("rulebook", "UPDATE journal_batch SET payload = ''"),
        ("rulebook", "UPDATE institution SET level = 3"),
        ("rulebook", "DELETE FROM institution"),
        ("rulebook", "UPDATE meeting_decision SET items = '[]'"),
        ("rulebook", "DELETE FROM meeting_decision"),
        ("rulebook", "UPDATE request_once SET body_hash = ''"),
        ("budget", "UPDATE fiscal_year SET local_fund_fen = 1"),
        ("budget", "DELETE FROM month_fund"),
        ("budget", "TRUNCATE approval"),
        ("budget", "UPDATE benchmark SET method = ''"),
        ("budget", "UPDATE indicator_step SET value_micro = 0"),
        ("budget", "DELETE FROM watch_step"),
        ("budget", "UPDATE watch_finding SET facts = '{}'"),
        ("budget", "UPDATE watch_facts SET facts = '{}'"),
        ("budget", "UPDATE value_forecast SET result = '{}'"),
        ("budget", "UPDATE request_once SET body_hash = ''"),
        ("budget", "UPDATE year_plan SET total_fen = 1"),
        ("budget", "DELETE FROM year_step"),
        ("budget", "DELETE FROM adjustment_decision"),
        ("budget", "UPDATE month_cost SET inpatient_fen = 1"),
        ("budget", "TRUNCATE growth_alarm"),
        ("budget", "UPDATE target_holder SET target_fen = 1"),
        ("budget", "DELETE FROM gap_causes"),
        ("budget", "SELECT * FROM rulebook.sealed_bundle"),
    ],
)
async def test_a_service_cannot_do_what_its_work_does_not_need(migrated_db, service, statement):
    """Least privilege: a stolen service password still cannot rewrite what was decided."""
    connection = await asyncpg.connect(migrated_db.url(service))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    await connection.close()
