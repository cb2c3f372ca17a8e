"""REST under /api/v1: the canonical names, strict types, one problem shape."""
