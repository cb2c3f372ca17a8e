"""Coefficients 差异系数: where they come from, how they are measured and guarded."""
