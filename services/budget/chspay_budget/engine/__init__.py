"""Pure budget arithmetic: local fund, growth cap, month shares, each on a worksheet."""
