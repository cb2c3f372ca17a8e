"""Group tables 病组测算表: measured, read from a sealed weight table, stored."""
