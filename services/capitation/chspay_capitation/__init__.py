"""Capitation 门诊按人头包干: who belongs to which community, how many heads, and what they are paid."""
