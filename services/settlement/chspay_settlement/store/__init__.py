"""All SQL of settlement: lists, hospitals, runs, statements and the ledger."""
