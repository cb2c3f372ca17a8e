"""Intake quality 清单质控: rules as data over national settlement lists, scores, code adoption.

``grammar`` reads an expression, ``compiler`` types it and turns it into array operations, ``sheet`` holds
lists by columns, ``ruleset`` is rules, fields, patterns and tables together, ``check`` applies it.
"""
