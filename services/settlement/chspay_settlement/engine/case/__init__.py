"""Points of a case 病例点数: marks, methods, plans of straight lines, worksheets."""
