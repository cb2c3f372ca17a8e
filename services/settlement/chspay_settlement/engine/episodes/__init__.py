"""A stay told in several messages: which parts stand, and what a list still lacks."""
