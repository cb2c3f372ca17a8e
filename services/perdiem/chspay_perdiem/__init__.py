"""Per-diem 按床日付费: long stays paid by the bed-day, and assessed."""
