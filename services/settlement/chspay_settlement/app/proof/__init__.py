"""The proof of a run's totals, and the package with which a hospital recomputes its own statement."""
