"""Lists come in: intake, import, identity keys, hospitals."""
