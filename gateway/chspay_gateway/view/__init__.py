"""Plain pages for people: no script, no font or style from elsewhere, made to be read and printed."""
