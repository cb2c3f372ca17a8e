"""The year's fund 年度基金预算: one inpatient pool per 统筹区, approved before a month may spend it."""
