"""Budget on the wire."""
