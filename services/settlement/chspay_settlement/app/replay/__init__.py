"""Stored clearings as sealed replay bundles."""
