"""A year from its books to closing, re-clearing and payment."""
