"""Stays told in several messages, and the insured they are about."""
