"""Dispute on the wire: messages to nouns of the engine, and back."""
