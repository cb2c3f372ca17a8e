"""Use-cases of negotiation: topics from opening to adoption, votes, opinions."""
