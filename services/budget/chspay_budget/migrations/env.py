"""Alembic environment of budget."""

from chspay_budget.tables import metadata
from chspay_kit.migrate import run_env

run_env("budget", metadata)
