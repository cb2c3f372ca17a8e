"""Alembic environment of the grouper."""

from chspay_grouper.tables import metadata
from chspay_kit.migrate import run_env

run_env("grouper", metadata)
