"""Experts: the pool, draws, panels at work, cross-review."""
