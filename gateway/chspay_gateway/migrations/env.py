"""Alembic environment of schema ``gateway``."""

from chspay_gateway import (  # noqa: F401 - put their tables beside the others
    tables_access,
    tables_door,
    tables_webhooks,
)
from chspay_gateway.tables import metadata
from chspay_kit.migrate import run_env

run_env("gateway", metadata)
