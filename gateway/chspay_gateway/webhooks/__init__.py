"""Webhooks: telling other systems what happened, signed, until they have heard it."""
