"""All SQL of per-diem. Rows of others do not exist for a caller: row policies hide them."""
