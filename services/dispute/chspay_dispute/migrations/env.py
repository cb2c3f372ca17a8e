"""Alembic environment of dispute."""

from chspay_dispute import (  # noqa: F401 - puts its tables beside the others
    tables_case,
    tables_effects,
    tables_experts,
    tables_negotiation,
    tables_register,
)
from chspay_dispute.tables import metadata
from chspay_kit.migrate import run_env

run_env("dispute", metadata)
