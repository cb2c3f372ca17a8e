"""Alembic environment of dispute."""

from chspay_dispute.tables import metadata
from chspay_kit.migrate import run_env

run_env("dispute", metadata)
