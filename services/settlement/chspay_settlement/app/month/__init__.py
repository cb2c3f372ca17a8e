"""A month from snapshot to posting, and what surrounds it."""
