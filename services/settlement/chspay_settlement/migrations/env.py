"""Alembic environment of settlement."""

from chspay_kit.migrate import run_env
from chspay_settlement import tables_month, tables_year  # noqa: F401 - put their tables beside the others
from chspay_settlement.tables import metadata

run_env("settlement", metadata)
