"""The grouping engine 分组引擎: pure; the same compiled scheme serves one case, a trace and a batch."""
