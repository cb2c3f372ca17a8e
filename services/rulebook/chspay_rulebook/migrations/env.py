"""Alembic environment of the rulebook."""

from chspay_kit.migrate import run_env
from chspay_rulebook.tables import metadata

run_env("rulebook", metadata)
