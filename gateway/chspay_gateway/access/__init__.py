"""People and programs at the door: accounts, sessions, tokens, limits, and who read what."""
