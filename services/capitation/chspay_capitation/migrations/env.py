"""Alembic environment of capitation."""

from chspay_capitation import tables_communities, tables_stays  # noqa: F401 - put their tables beside the others
from chspay_capitation.tables import metadata
from chspay_kit.migrate import run_env

run_env("capitation", metadata)
