"""The settlement engine: statistics, points, point value, statements and postings; pure and exact.

It sees facts, policy and a day. It reads no clock, file, database or environment, and holds no float.

    table = measure(inputs, policy)                  # group figures of the month, exact
    pricer = Pricer(table, policy)                   # one compiled plan per group and coefficient
    points = pricer.price(inp)                       # the same function for one case and for millions
    value = point_value(pricer.terms, fund_fen, totals)
    amounts = split_to_hospitals(value, totals)      # sums to the fund, to the fen
"""
