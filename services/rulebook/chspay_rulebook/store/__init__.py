"""All SQL of the rulebook: sealed bundles, amendments, institutions."""
