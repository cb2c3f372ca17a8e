"""The ``chspay`` command: everything the services do, from a shell."""
