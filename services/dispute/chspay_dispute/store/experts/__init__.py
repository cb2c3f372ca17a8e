"""Rows of experts, draws, panels and cross-review."""
