"""Dispute 争议处理与协商谈判: cases heard and decided, topics negotiated, on one kind of machine."""
