"""Which method pays what 付费方式: one for every case, with a named reason; bills by item; bed-days."""
