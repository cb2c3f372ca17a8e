"""A month 月结: clearing, payment line by line, findings, differences, statements."""
