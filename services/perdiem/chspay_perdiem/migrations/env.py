"""Alembic environment of per-diem."""

from chspay_kit.migrate import run_env
from chspay_perdiem.tables import metadata

run_env("perdiem", metadata)
