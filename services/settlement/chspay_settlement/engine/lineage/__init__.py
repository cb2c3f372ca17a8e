"""Lineage 金额溯源: every amount has a name, and opens to inputs, parameters, rules and articles; pure."""
