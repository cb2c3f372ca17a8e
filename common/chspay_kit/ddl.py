"""What a migration says besides its tables: grants, row policies, append-only triggers.

Called from ``migrations/versions/*.py`` after ``op.create_table``; the schema and the role are those of
the service being migrated, so a migration names only its tables::

    op.create_table("settlement_list", ..., schema="settlement")
    grant_rw("settlement_list")
    enable_rls("settlement_list", "hospital_code", "region_code")

    op.create_table("posting", ..., schema="settlement")
    grant_append_only("posting")
    forbid_update_delete("posting")
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from chspay_kit.db import APPEND_ONLY_SQLSTATE

_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def schema() -> str:
    """The schema of the service being migrated."""
    name = op.get_context().version_table_schema
    if not name:
        raise RuntimeError("the migration runs outside chspay_kit.migrate")
    return _checked(name)


def role() -> str:
    """The role of the service being migrated."""
    return f"chspay_{schema()}"


def grant_read(table: str) -> None:
    """The service may read ``table`` and nothing more."""
    op.execute(f"GRANT SELECT ON {_qualified(table)} TO {role()}")


def grant_append_only(table: str) -> None:
    """The service may read and insert; it cannot update, delete or truncate."""
    op.execute(f"GRANT SELECT, INSERT ON {_qualified(table)} TO {role()}")
    _grant_sequences(table)


def grant_rw(table: str, *, delete: bool = False) -> None:
    """The service may read, insert and update, and delete only where ``delete`` says so."""
    rights = "SELECT, INSERT, UPDATE, DELETE" if delete else "SELECT, INSERT, UPDATE"
    op.execute(f"GRANT {rights} ON {_qualified(table)} TO {role()}")
    _grant_sequences(table)


def grant_update(table: str, *columns: str) -> None:
    """The service may update these columns of ``table`` and no other; added to an append-only grant."""
    names = ", ".join(_checked(column) for column in columns)
    op.execute(f"GRANT UPDATE ({names}) ON {_qualified(table)} TO {role()}")


def grant_once(table: str = "request_once") -> None:
    """What :mod:`chspay_kit.once` needs: insert a request, then fill in its answer."""
    grant_append_only(table)
    grant_update(table, "answer")


def forbid_update_delete(table: str) -> None:
    """Make ``table`` append-only for everyone, its owner included.

    An UPDATE, DELETE or TRUNCATE fails with SQLSTATE ``CH001``. Grants already stop the service; the
    trigger also stops the administrator who means well.
    """
    op.execute(f"""
        CREATE OR REPLACE FUNCTION {schema()}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION '%.% is append-only: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
            USING ERRCODE = '{APPEND_ONLY_SQLSTATE}', TABLE = TG_TABLE_NAME,
                  HINT = 'A correction is a new row that names the old one and why.';
        END $$""")
    op.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {_qualified(table)}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {schema()}.refuse_change()"
    )


def enable_rls(
    table: str, hospital_column: str = "", region_column: str = "", *, subject_column: str = ""
) -> None:
    """Rows are visible, and may be written, only to the hospital or the region they belong to.

    A row shows when ``chspay.institution`` equals its hospital, or ``chspay.region`` is ``*`` or a
    non-empty prefix of its region code. A setting that is unset or empty shows nothing. FORCE holds
    the table's owner to the same policy.

    :param hospital_column: column of the hospital code; empty when the table has none.
    :param region_column: column of the six-digit region code; empty when the table has none, in which
        case only a claim over all regions (``*``) sees other hospitals' rows.
    :param subject_column: column that names a person (an expert), who sees the rows naming him whatever
        region and hospital they are of; empty when the table has none.
    """
    sees = ["current_setting('chspay.region', true) = '*'"]
    if hospital_column:
        column = _checked(hospital_column)
        sees.append(f"(current_setting('chspay.institution', true) <> '' AND {column} = "
                    "current_setting('chspay.institution', true))")  # fmt: skip
    if region_column:
        column = _checked(region_column)
        sees.append(f"(current_setting('chspay.region', true) <> '' AND starts_with({column}, "
                    "current_setting('chspay.region', true)))")  # fmt: skip
    if subject_column:
        column = _checked(subject_column)
        sees.append(f"(current_setting('chspay.subject', true) <> '' AND {column} = "
                    "current_setting('chspay.subject', true))")  # fmt: skip
    target = _qualified(table)
    op.execute(f"ALTER TABLE {target} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {target} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY scope ON {target} USING ({' OR '.join(sees)})")


def _grant_sequences(table: str) -> None:
    """Let the service draw numbers from the sequences behind this table's serial columns."""
    find = sa.text(
        "SELECT d.objid::regclass::text FROM pg_depend d JOIN pg_class c ON c.oid = d.objid"
        " WHERE d.refobjid = CAST(:owner AS regclass) AND c.relkind = 'S'"
    )
    for (sequence,) in op.get_bind().execute(find, {"owner": _qualified(table)}).all():
        op.execute(f"GRANT USAGE ON SEQUENCE {sequence} TO {role()}")


def _qualified(table: str) -> str:
    return f"{schema()}.{_checked(table)}"


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a plain SQL name: {name!r}")
    return name
