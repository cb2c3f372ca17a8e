"""How things look: the frame of every page, tables, figures, the tree."""
