"""Use-cases of dispute."""
