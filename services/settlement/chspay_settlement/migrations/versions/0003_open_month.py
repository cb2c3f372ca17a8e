"""Which month takes a list, asked in one place; ciphertext kept as it is; statements planned once"""

from __future__ import annotations

from alembic import op

from chspay_kit.ddl import role

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In plpgsql, so that the ordinary case (the month is open) costs one look-up and no planning.
    op.execute("""
        CREATE FUNCTION settlement.open_month(the_pool text, wanted integer) RETURNS integer
        LANGUAGE plpgsql STABLE AS $$
        DECLARE month integer := wanted;
        BEGIN
          WHILE EXISTS (SELECT FROM settlement.pool_month m
                        WHERE m.pool = the_pool AND m.period = month AND m.state <> 'starting') LOOP
            month := CASE WHEN month % 100 = 12 THEN month + 89 ELSE month + 1 END;
          END LOOP;
          RETURN month;
        END $$""")
    # Sealed bytes do not shrink; trying to compress them only costs time.
    for column in ("identity", "source"):
        op.execute(f"ALTER TABLE settlement.list_sealed ALTER COLUMN {column} SET STORAGE EXTERNAL")
    # Every statement of the service finds its rows by key, whatever the values; planning the one that
    # stores a list anew each time costs as much as running it.
    op.execute(f"""
        DO $$ BEGIN
          EXECUTE format('ALTER ROLE {role()} IN DATABASE %I SET plan_cache_mode = force_generic_plan',
                         current_database());
        END $$""")


def downgrade() -> None:
    op.execute("DROP FUNCTION settlement.open_month(text, integer)")
    for column in ("identity", "source"):
        op.execute(f"ALTER TABLE settlement.list_sealed ALTER COLUMN {column} SET STORAGE EXTENDED")
    op.execute(f"""
        DO $$ BEGIN
          EXECUTE format('ALTER ROLE {role()} IN DATABASE %I RESET plan_cache_mode', current_database());
        END $$""")
