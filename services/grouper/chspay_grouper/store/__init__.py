"""All SQL of the grouper: schemes, their records, and stored runs."""
