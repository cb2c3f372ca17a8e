"""All SQL of dispute. Rows of others do not exist for a caller: row policies hide them."""
