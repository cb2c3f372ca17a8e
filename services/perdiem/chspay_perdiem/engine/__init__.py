"""The pure part of per-diem: whole numbers and fractions in, worksheets out."""
