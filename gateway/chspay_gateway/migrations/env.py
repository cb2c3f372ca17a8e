"""Alembic environment of schema ``gateway``."""

from chspay_gateway import tables_door  # noqa: F401 - puts its tables beside the others
from chspay_gateway.tables import metadata
from chspay_kit.migrate import run_env

run_env("gateway", metadata)
