"""Alembic environment of settlement."""

from chspay_kit.migrate import run_env
from chspay_settlement.tables import metadata

run_env("settlement", metadata)
