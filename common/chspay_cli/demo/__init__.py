"""The demonstration: a synthetic month through every door of the suite, as its users would send it."""
