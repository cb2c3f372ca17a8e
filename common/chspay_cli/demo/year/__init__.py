"""The demonstration of a whole year: budget, lists, months, capitation, clearing, through every service."""
