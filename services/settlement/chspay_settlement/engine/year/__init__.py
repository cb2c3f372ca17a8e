"""A year 年度清算: sharing, assessment, states, statements, re-clearing."""
