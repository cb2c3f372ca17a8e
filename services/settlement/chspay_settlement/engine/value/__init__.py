"""Point values 点值 and the division of a fund, down to whole fen or up from a rate."""
