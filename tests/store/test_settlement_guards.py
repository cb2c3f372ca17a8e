"""What the database itself refuses, whoever asks and whatever the program does."""

# ruff: noqa: E501, PT012 - the rows below are read best as rows

from __future__ import annotations

from datetime import date

import asyncpg
import pytest

from chspay_kit import journal

OWNERS = [("H001", "990101"), ("H002", "990102"), ("H900", "880101")]
TABLES = {
    "list_head": "(list_id, hospital_code, region_code, pool, discharge_date, version, body_hash, settle_period, mark)"
    " VALUES ('L' || $1, $1, $2, '990100', '2026-03-01', 1, '', 202603, '')",
    "list_version": "(list_id, version, case_id, hospital_code, region_code, person_key, discharge_date, sex, department,"
    " leaving_type, diagnoses, procedures, total_cost_fen, insured_region, insurance_type, status, mdc, adrg, drg,"
    " reason, scheme_digest, channel, received_from) VALUES ('L' || $1, 1, 'C1', $1, $2, '', '2026-03-01', 1, '', '',"
    " '{I63}', '{}', 1, '', '', 'grouped', 'B', 'BR2', 'BR25', '', '', 'rest', '')",
    "list_sealed": "(list_id, version, hospital_code, region_code) VALUES ('L' || $1, 1, $1, $2)",
    "run_case": "(run_id, hospital_code, case_id, list_id, version, region_code, drg, status, scheme_digest, department,"
    " cost_fen) VALUES ('MR', $1, 'C1', 'L' || $1, 1, $2, 'BR25', 'grouped', '', '', 1)",
    "run_hospital": "(run_id, hospital_code, region_code, name, cases, points_micro, cost_fen, patient_fen, fund_fen,"
    " allocated) VALUES ('MR', $1, $2, '', 1, 1, 1, 1, 1, false)",
    "statement": "(run_id, hospital_code, region_code, pool, period, hospital_name, cases, points_micro, cost_fen,"
    " patient_fen, fund_fen, total_fen, prepaid_fen, retained_fen, content, digest)"
    " VALUES ('MR', $1, $2, '990100', 202603, '', 1, 1, 1, 1, 1, 2, 1, 0, '', '')",
    "ledger_account": "(account, pool, region_code, hospital_code)"
    " VALUES ('payable/990100/' || $1, '990100', $2, $1)",
}  # fmt: skip
APPEND_ONLY = ["list_version", "list_sealed", "run_table", "statement", "ledger_account", "posting_batch", "posting",
               "journal_batch", "run_input", "coefficient_table"]  # fmt: skip


async def act(connection, institution: str = "", region: str = "") -> None:
    """The claim of the transaction, as the kit sets it."""
    await connection.execute(
        "SELECT set_config('chspay.institution', $1, true), set_config('chspay.region', $2, true)",
        institution,
        region,
    )


@pytest.fixture
async def role(migrated_db):
    """A connection as the service's role, with rows of three hospitals in every table."""
    admin = await asyncpg.connect(migrated_db.admin_url)
    for table, values in TABLES.items():
        for code, region in OWNERS:
            await admin.execute(
                f"INSERT INTO settlement.{table} {values} ON CONFLICT DO NOTHING", code, region
            )
    for code, region in OWNERS:
        await admin.execute(
            "INSERT INTO settlement.hospital (hospital_code, since, name, pool, region_code, level)"
            " VALUES ($1, '2020-01-01', '', $3, $2, 1) ON CONFLICT DO NOTHING",
            code, region, region[:4] + "00",
        )  # fmt: skip
    await admin.execute("DELETE FROM settlement.month_run")
    for run_id, pool in (("MR", "990100"), ("MR-88", "880100")):
        await admin.execute(
            "INSERT INTO settlement.month_run VALUES ($1, $2, $3, 202603, 'running', 'points', 0, 0, '', '', '', '', 0,"
            " 1, '', 0, 0, 0, 0, 0, '', '', '{}', '', '', '')", run_id, pool, pool[:4],
        )  # fmt: skip
    await admin.close()
    connection = await asyncpg.connect(migrated_db.url("settlement"))
    yield connection
    await connection.close()


@pytest.mark.parametrize("table", [*TABLES, "hospital"])
async def test_a_hospital_sees_its_own_rows_a_bureau_its_region_and_nobody_nothing(role, table):
    """Row policies must hold even for a query that forgot to ask whose rows it wants."""

    async def seen(**claim: str) -> list[str]:
        async with role.transaction():
            await act(role, **claim)
            rows = await role.fetch(f"SELECT DISTINCT hospital_code c FROM settlement.{table} ORDER BY c")
        return [row["c"] for row in rows]

    assert await role.fetchval(f"SELECT count(*) FROM settlement.{table}") == 0
    assert await seen() == []
    assert await seen(institution="H001") == ["H001"]
    assert await seen(region="990102") == ["H002"]
    assert await seen(region="9901") == ["H001", "H002"]
    assert await seen(region="*") == ["H001", "H002", "H900"]


async def test_a_hospital_cannot_write_a_row_of_another(role):
    """A stolen key of one hospital must not put lists into the name of its neighbour."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with role.transaction():
            await act(role, institution="H001")
            await role.execute(f"INSERT INTO settlement.list_head {TABLES['list_head']}", "H003", "990101")


async def test_a_run_is_seen_by_its_bureaus_counties_and_hospitals_only(role):
    """The figures of a pool are public inside the pool and nowhere else."""
    for claim, expected in (
        ({}, []), ({"institution": "H001"}, ["MR"]), ({"institution": "H900"}, ["MR-88"]), ({"region": "990101"}, ["MR"]),
        ({"region": "88"}, ["MR-88"]), ({"region": "77"}, []), ({"region": "*"}, ["MR", "MR-88"]),
    ):  # fmt: skip
        async with role.transaction():
            await act(role, **claim)
            rows = await role.fetch("SELECT run_id FROM settlement.month_run ORDER BY run_id")
        assert [row[0] for row in rows] == expected, claim
    async with role.transaction():
        await act(role, region="990101")
        assert await role.execute("UPDATE settlement.month_run SET fund_fen = 1") == "UPDATE 0"


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_what_is_kept_for_ever_can_be_changed_by_nobody(role, migrated_db, table):
    """A ledger that an administrator can edit quietly is no ledger."""
    named = {
        "run_table": "digest",
        "posting_batch": "cause",
        "run_input": "digest",
        "coefficient_table": "digest",
    }
    column = named.get(table, "hospital_code")
    if table in ("journal_batch",):
        change = "UPDATE settlement.journal_batch SET seq = 9"
    else:
        change = f"UPDATE settlement.{table} SET {column} = 'X'"
    for statement in (change, f"DELETE FROM settlement.{table}", f"TRUNCATE settlement.{table} CASCADE"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await role.execute(statement)
    admin = await asyncpg.connect(migrated_db.admin_url)
    try:
        for statement in (change, f"DELETE FROM settlement.{table}", f"TRUNCATE settlement.{table} CASCADE"):
            with pytest.raises(asyncpg.PostgresError) as caught:
                await admin.execute(statement)
            assert caught.value.sqlstate == "CH001"
    finally:
        await admin.close()


async def post(role, batch: str, *amounts: int, start: int = 1) -> None:
    """Lines of a batch, and its head when they are the first."""
    if start == 1:
        chained = await journal.append(role, "ledger/990100", batch.encode())
        await role.execute(
            "INSERT INTO settlement.posting_batch VALUES ($1, '990100', 202603, '', 'month', '', '', $2)",
            batch,
            chained,
        )
    for number, amount in enumerate(amounts, start=start):
        await role.execute(
            "INSERT INTO settlement.posting VALUES ($1, $2, 'payable/990100/H001', '990101', 'H001', $3, '')",
            batch, number, amount,
        )  # fmt: skip


@pytest.mark.parametrize("amounts", [(100, -99), (100,), (), (5, 5, -11)])
async def test_an_unbalanced_batch_cannot_be_committed(role, amounts):
    """Money that comes from nowhere must stop at the last door even when every other one was left open."""
    transaction = role.transaction()
    await transaction.start()
    await act(role, region="9901")
    await post(role, f"bad-{amounts}", *amounts)
    with pytest.raises(asyncpg.PostgresError) as caught:
        await transaction.commit()
    assert caught.value.sqlstate == "CH003"


async def test_no_line_is_for_nothing(role):
    """A line of zero fen would be noise that hides what moved."""
    with pytest.raises(asyncpg.CheckViolationError):
        async with role.transaction():
            await act(role, region="9901")
            await post(role, "zero", 0)


async def test_what_a_finished_run_gave_is_final(migrated_db, role):
    """After the cheque is written nobody alters what it was made of."""
    admin = await asyncpg.connect(migrated_db.admin_url)
    try:
        await admin.execute("UPDATE settlement.month_run SET state = 'done' WHERE run_id = 'MR'")
        for statement in (
            "UPDATE settlement.run_case SET fund_fen = 7 WHERE run_id = 'MR'",
            "DELETE FROM settlement.run_case WHERE run_id = 'MR'",
            "UPDATE settlement.run_hospital SET allocated = true WHERE run_id = 'MR'",
            "UPDATE settlement.month_run SET fund_fen = 7 WHERE run_id = 'MR'",
            "DELETE FROM settlement.month_run WHERE run_id = 'MR'",
            "TRUNCATE settlement.run_case",
        ):
            with pytest.raises(asyncpg.PostgresError) as caught:
                await admin.execute(statement)
            assert caught.value.sqlstate == "CH001", statement
        await admin.execute("ALTER TABLE settlement.month_run DISABLE TRIGGER done_is_done")
        await admin.execute("UPDATE settlement.month_run SET state = 'running' WHERE run_id = 'MR'")
        await admin.execute("ALTER TABLE settlement.month_run ENABLE TRIGGER done_is_done")
    finally:
        await admin.close()


async def test_a_hospital_stands_in_one_way_on_any_day(role):
    """Two levels on one day would give two coefficients for one case."""
    with pytest.raises(asyncpg.PostgresError) as caught:
        async with role.transaction():
            await act(role, region="9901")
            await role.execute(
                "INSERT INTO settlement.hospital (hospital_code, since, name, pool, region_code, level)"
                " VALUES ('H001', $1, '', '990100', '990101', 3)",
                date(2026, 1, 1),
            )
    assert caught.value.sqlstate == "CH002"
