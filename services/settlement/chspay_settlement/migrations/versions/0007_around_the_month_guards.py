"""Who may do what with findings, decisions, holds, differences, trials and periods"""

from __future__ import annotations

from alembic import op

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only, grant_update

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: Rows of a hospital, added once and never changed.
_OF_HOSPITALS = (
    "audit_finding", "finding_event", "run_deduction", "run_held", "case_decision", "run_mark",
    "payment_hold", "hold_release", "run_hold", "difference_hospital", "difference_case", "trial_statement",
)  # fmt: skip
#: Rows of a place as a whole: its column, and the column of the digits every place inside starts with.
_OF_PLACES = {
    "difference": ("pool", "pool_prefix"),
    "period_run": ("pool", "pool_prefix"),
    "point_table": ("place", "place_prefix"),
}


def upgrade() -> None:
    for table in _OF_HOSPITALS:
        grant_append_only(table)
        forbid_update_delete(table)
        enable_rls(table, "hospital_code", "region_code")
    for table, (place, prefix) in _OF_PLACES.items():
        grant_append_only(table)
        enable_rls(table, "", place)
        # What holds for a whole place is public inside it: to its counties and to its hospitals.
        op.execute(f"""
            CREATE POLICY inside_the_place ON settlement.{table} FOR SELECT USING (
              (current_setting('chspay.region', true) <> ''
               AND starts_with(current_setting('chspay.region', true), {prefix}))
              OR EXISTS (SELECT FROM settlement.hospital h WHERE starts_with(h.pool, {table}.{prefix})
                         AND h.hospital_code = current_setting('chspay.institution', true)
                         AND h.hospital_code <> ''))""")  # noqa: S608 - fixed names
    forbid_update_delete("difference")
    grant_update(
        "point_table",
        "state", "stage", "cases", "groups", "content", "digest", "failure_reason", "failure_message",
    )  # fmt: skip
    grant_update("period_run", "state", "next_period", "run_ids", "failure_reason", "failure_message")
    # What ended well is not changed any more, by anyone.
    for table in ("point_table", "period_run"):
        op.execute(f"""
            CREATE FUNCTION settlement.refuse_done_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              RAISE EXCEPTION '{table} is finished: % refused', TG_OP
                USING ERRCODE = 'CH001', TABLE = TG_TABLE_NAME;
            END $$""")
        op.execute(
            f"CREATE TRIGGER done_is_done BEFORE UPDATE OR DELETE ON settlement.{table}"
            f" FOR EACH ROW WHEN (OLD.state = 'done') EXECUTE FUNCTION settlement.refuse_done_{table}()"
        )


def downgrade() -> None:
    raise RuntimeError("evidence is not left unguarded; restore a backup instead")
