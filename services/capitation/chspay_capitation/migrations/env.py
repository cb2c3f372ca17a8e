"""Alembic environment of capitation."""

from chspay_capitation.tables import metadata
from chspay_kit.migrate import run_env

run_env("capitation", metadata)
