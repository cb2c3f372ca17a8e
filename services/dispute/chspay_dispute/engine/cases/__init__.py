"""What a case rests on and what comes of it: criteria, windows, quotas, outcomes; pure and exact."""
