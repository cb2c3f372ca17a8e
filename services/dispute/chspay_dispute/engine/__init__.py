"""The pure part of dispute: machines, working days, criteria, quotas, outcomes."""
