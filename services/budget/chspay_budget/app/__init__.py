"""Use-cases of budget."""
