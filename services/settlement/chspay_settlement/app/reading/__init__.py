"""What others read: worksheets, figures of places, the ledger."""
