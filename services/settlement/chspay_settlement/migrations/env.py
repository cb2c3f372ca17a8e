"""Alembic environment of settlement."""

from chspay_kit.migrate import run_env
from chspay_settlement import (  # noqa: F401 - put their tables beside the others
    tables_episodes,
    tables_events,
    tables_inputs,
    tables_lineage,
    tables_month,
    tables_others,
    tables_outcomes,
    tables_proof,
    tables_quality,
    tables_review,
    tables_whatif,
    tables_year,
)
from chspay_settlement.tables import metadata

run_env("settlement", metadata)
