"""The capitation engine: pure and exact; it sees a roster, a catchment, a policy and days, nothing else."""
