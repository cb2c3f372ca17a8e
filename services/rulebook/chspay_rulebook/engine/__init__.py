"""Pure answers over policies: what is listed, in which order, page by page."""
