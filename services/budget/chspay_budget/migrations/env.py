"""Alembic environment of budget."""

from chspay_budget import tables_plan, tables_watch  # noqa: F401 - puts their tables beside the others
from chspay_budget.tables import metadata
from chspay_kit.migrate import run_env

run_env("budget", metadata)
