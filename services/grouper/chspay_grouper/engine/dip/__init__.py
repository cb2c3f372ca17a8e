"""DIP 按病种分值付费: a catalogue built from cases, its scores, and the grouper that reads it."""
