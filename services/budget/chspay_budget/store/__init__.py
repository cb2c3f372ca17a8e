"""All SQL of budget. Rows of other pools do not exist for a caller: row policies hide them."""
