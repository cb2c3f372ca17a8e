"""Use-cases of per-diem."""
