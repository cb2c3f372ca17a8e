"""Alembic environment of schema ``gateway``."""

from chspay_gateway import tables_door, tables_webhooks  # noqa: F401 - put their tables beside the others
from chspay_gateway.tables import metadata
from chspay_kit.migrate import run_env

run_env("gateway", metadata)
