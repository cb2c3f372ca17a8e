"""What the database refuses around a month: rows of others, and any change of what was decided."""

# ruff: noqa: E501, PT012 - the rows below are read best as rows

from __future__ import annotations

import asyncpg
import pytest

OWNERS = [("H001", "990101"), ("H002", "990102"), ("H900", "880101")]
#: Table -> its columns and a row of hospital $1 in region $2.
TABLES = {
    "audit_finding": "(finding_id, list_id, hospital_code, case_id, region_code, pool, rule_id, evidence, amount_fen, reported_by)"
    " VALUES ('F' || $1, 'L', $1, 'C', $2, '990100', '', '', 1, '')",
    "finding_event": "(finding_id, number, hospital_code, region_code, state, amount_fen, reason, decision_no, decided_by)"
    " VALUES ('F' || $1, 1, $1, $2, 'open', 0, '', '', '')",
    "run_deduction": "(run_id, finding_id, hospital_code, region_code, case_id, rule_id, amount_fen, earlier_run)"
    " VALUES ('MR', 'F' || $1, $1, $2, 'C', '', 1, '')",
    "run_held": "(run_id, list_id, hospital_code, region_code, case_id, finding_ids, next_period)"
    " VALUES ('MR', 'L' || $1, $1, $2, 'C', '{}', 202602)",
    "case_decision": "(decision_no, hospital_code, case_id, list_id, region_code, pool, kind, value, mode, citation, revokes, decided_by)"
    " VALUES ('D' || $1, $1, 'C', 'L', $2, '990100', 'incomplete', '', '', '', '', '')",
    "run_mark": "(run_id, hospital_code, case_id, kind, region_code, value, mode, cite) VALUES ('MR', $1, 'C', 'incomplete', $2, '', '', '')",
    "payment_hold": "(hold_id, pool, hospital_code, region_code, since_period, amount_fen, rule_id, evidence, citation, placed_by)"
    " VALUES ('HD' || $1, '990100', $1, $2, 202601, 0, '', '', '', '')",
    "hold_release": "(hold_id, pool, hospital_code, region_code, period, amount_fen, reason, citation, released_by)"
    " VALUES ('HD' || $1, '990100', $1, $2, 202601, 0, '', '', '')",
    "run_hold": "(run_id, hold_id, hospital_code, region_code, amount_fen) VALUES ('MR', 'HD' || $1, $1, $2, 1)",
    "difference_hospital": "(difference_id, hospital_code, region_code, cases, points_micro, cost_fen, patient_fen, fund_fen,"
    " prepaid_fen, cases_delta, points_delta_micro, fund_delta_fen, prepaid_delta_fen)"
    " VALUES ('DE', $1, $2, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0)",
    "difference_case": "(difference_id, hospital_code, case_id, region_code, list_id, version, drg, status, department, cost_fen,"
    " marks, kind, points_micro, excluded, fund_fen, before_points_micro, before_fund_fen, why)"
    " VALUES ('DE', $1, 'C', $2, 'L', 1, '', '', '', 1, '', '', 1, '', 1, 1, 1, '')",
    "trial_statement": "(run_id, hospital_code, region_code, pool, period, hospital_name, cases, points_micro, cost_fen, patient_fen,"
    " fund_fen, total_fen, prepaid_fen, retained_fen, deducted_fen, difference_fen, held_fen, released_fen, payable_fen, content, digest)"
    " VALUES ('TR', $1, $2, '990100', 202601, '', 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, '', '')",
}  # fmt: skip
PLACES = {
    "difference": "INSERT INTO settlement.difference VALUES ('DE' || $1, $1, $2, 202601, 'MR', '', '', 202602, '', 0, 1, 1, '', '', '', '')",
    "point_table": "INSERT INTO settlement.point_table VALUES ('PT' || $1, $1, $2, 202601, 202601, 202601, 'done', 'done', 1, 1, '', '', '', '', '', '', '', '', '')",
    "period_run": "INSERT INTO settlement.period_run VALUES ('PR' || $1, $1, $2, 202601, 202601, 202601, 'done', '{}', '', '', '')",
}


@pytest.fixture
async def role(migrated_db):
    """A connection as the service's role, with rows of three hospitals and two cities in every table."""
    admin = await asyncpg.connect(migrated_db.admin_url)
    await admin.execute("SELECT set_config('chspay.region', '*', false)")
    for code, region in OWNERS:
        for table, values in TABLES.items():
            await admin.execute(
                f"INSERT INTO settlement.{table} {values} ON CONFLICT DO NOTHING", code, region
            )
        await admin.execute(
            "INSERT INTO settlement.hospital (hospital_code, since, name, pool, region_code, level)"
            " VALUES ($1, '2020-01-01', '', $3, $2, 1) ON CONFLICT DO NOTHING", code, region, region[:4] + "00",
        )  # fmt: skip
    for place in ("990100", "880100"):
        for text in PLACES.values():
            await admin.execute(f"{text} ON CONFLICT DO NOTHING", place, place[:4])
    await admin.close()
    connection = await asyncpg.connect(migrated_db.url("settlement"))
    yield connection
    await connection.close()


async def act(connection, institution: str = "", region: str = "") -> None:
    """The claim of the transaction, as the kit sets it."""
    await connection.execute(
        "SELECT set_config('chspay.institution', $1, true), set_config('chspay.region', $2, true)",
        institution,
        region,
    )


@pytest.mark.parametrize("table", TABLES)
async def test_a_hospital_sees_its_own_rows_a_bureau_its_region_and_nobody_nothing(role, table):
    """What is found, decided or held about a hospital is between it and its bureau."""
    for claim, expected in (
        ({}, []), ({"institution": "H001"}, ["H001"]), ({"region": "990102"}, ["H002"]),
        ({"region": "9901"}, ["H001", "H002"]), ({"region": "*"}, ["H001", "H002", "H900"]),
    ):  # fmt: skip
        async with role.transaction():
            await act(role, **claim)
            rows = await role.fetch(f"SELECT hospital_code FROM settlement.{table} ORDER BY 1")
        assert [row[0] for row in rows] == expected, claim


@pytest.mark.parametrize("table", TABLES)
async def test_nobody_writes_in_the_name_of_another_hospital_or_changes_a_row(role, migrated_db, table):
    """A key stolen from one hospital, and an administrator who means well, are both stopped."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with role.transaction():
            await act(role, institution="H001")
            await role.execute(f"INSERT INTO settlement.{table} {TABLES[table]}", "H003", "990101")
    for change in (f"UPDATE settlement.{table} SET region_code = 'X'", f"DELETE FROM settlement.{table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await role.execute(change)
        admin = await asyncpg.connect(migrated_db.admin_url)
        with pytest.raises(asyncpg.PostgresError) as caught:
            await admin.execute(change)
        await admin.close()
        assert caught.value.sqlstate == "CH001"


@pytest.mark.parametrize("table", PLACES)
async def test_what_holds_for_a_place_is_known_inside_it_and_nowhere_else(role, migrated_db, table):
    """A county and a hospital may know what prices them; a neighbouring city may not; done is done."""
    for claim, expected in (
        ({}, 0), ({"institution": "H001"}, 1), ({"institution": "H900"}, 1), ({"region": "990101"}, 1),
        ({"region": "77"}, 0), ({"region": "*"}, 2),
    ):  # fmt: skip
        async with role.transaction():
            await act(role, **claim)
            assert await role.fetchval(f"SELECT count(*) FROM settlement.{table}") == expected, claim
    admin = await asyncpg.connect(migrated_db.admin_url)
    column = {"difference": "cause", "point_table": "digest", "period_run": "state"}[table]
    with pytest.raises(asyncpg.PostgresError) as caught:
        await admin.execute(f"UPDATE settlement.{table} SET {column} = 'failed'")
    await admin.close()
    assert caught.value.sqlstate == "CH001"


async def test_a_decision_is_revoked_once_and_an_upheld_finding_has_an_amount(migrated_db, role):
    """The rules that money hangs on stand in the database too."""
    admin = await asyncpg.connect(migrated_db.admin_url)
    revoke = "INSERT INTO settlement.case_decision VALUES ($1, 'H001', 'C', 'L', '990101', '990100', 'revoke', '', '', '', 'DH001', '')"
    await admin.execute(revoke, "R1")
    with pytest.raises(asyncpg.UniqueViolationError):
        await admin.execute(revoke, "R2")
    step = "INSERT INTO settlement.finding_event VALUES ('FH001', 2, 'H001', '990101', $1, $2, '', '', '')"
    for state, amount in (("upheld", 0), ("dismissed", 5), ("lost", 0)):
        with pytest.raises(asyncpg.CheckViolationError):
            await admin.execute(step, state, amount)
    await admin.close()
