"""A first draft of the next revision, from the difference between ``tables.py`` and the database.

For developers. A draft holds tables, columns, indexes and constraints; grants, row policies and
append-only triggers (:mod:`chspay_kit.ddl`) are added by hand, because what a role may do is a decision.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.script import ScriptDirectory

from chspay_kit import migrate

_TEMPLATE = '''"""{message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chspay_kit.ddl import enable_rls, forbid_update_delete, grant_append_only, grant_once, grant_rw

revision = "{revision}"
down_revision = {previous!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
{upgrade}


def downgrade() -> None:
{downgrade}
'''


def write(service: str, admin_url: str, message: str) -> Path:
    """Write ``versions/NNNN_message.py`` of ``service`` and say where.

    :raises Fault: as :func:`chspay_kit.migrate.check`.
    """
    config = migrate.config_of(service)
    script = ScriptDirectory.from_config(config)
    previous = script.get_current_head()
    number = f"{len(list(script.walk_revisions())) + 1:04d}"
    with migrate.connect(admin_url) as connection:
        context = migrate.context_of(connection, service, render_item=_render)
        found = produce_migrations(context, migrate.metadata_of(config))
        code = {
            name: _indented(ops, context)
            for name, ops in (("upgrade", found.upgrade_ops), ("downgrade", found.downgrade_ops))
        }
    slug = re.sub(r"\W+", "_", message.lower()).strip("_")
    path = Path(script.dir) / "versions" / f"{number}_{slug}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(_TEMPLATE.format(message=message, revision=number, previous=previous, **code))
    return path


def _indented(ops: Any, context: Any) -> str:
    return "    " + render_python_code(ops, render_item=_render, migration_context=context)


def _render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """SQLModel's own string type is plain text in a migration, which must not need SQLModel."""
    if kind != "type" or not type(item).__module__.startswith("sqlmodel"):
        return False
    length = getattr(item, "length", None)
    return f"sa.String(length={length})" if length else "sa.Text()"
