"""Use-cases of the rulebook: the law as it stands, its amendments, and the institutions it is applied to."""

from chspay_rulebook.app.amendments import Amendments
from chspay_rulebook.app.bundles import Rulebook
from chspay_rulebook.app.decisions import Decisions
from chspay_rulebook.app.institutions import Institutions

__all__ = ["Amendments", "Decisions", "Institutions", "Rulebook"]
