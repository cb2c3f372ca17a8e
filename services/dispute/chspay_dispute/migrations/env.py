"""Alembic environment of dispute."""

from chspay_dispute import tables_case, tables_effects, tables_experts, tables_register  # noqa: F401 - beside the others
from chspay_dispute.tables import metadata
from chspay_kit.migrate import run_env

run_env("dispute", metadata)
