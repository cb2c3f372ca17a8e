"""Use-cases of capitation."""
