"""Negotiation 协商谈判: councils, votes, proposals, opinions and what opens a topic by itself. Pure."""
