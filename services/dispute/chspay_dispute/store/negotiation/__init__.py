"""Councils, topics, what was written in them, ballots, opinions: all SQL of negotiation."""
