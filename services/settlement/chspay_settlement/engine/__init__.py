"""The settlement engine: statistics, points, point value, statements and postings; pure and exact.

It sees facts, policy and a day. It reads no clock, file, database or environment, and holds no float.

    table = measure(inputs, policy)                  # group figures of the month, exact
    pricer = Pricer(table, policy)                   # one compiled plan per group and coefficient
    points = pricer.price_all(inputs)                # pricer.price(one) answers the same, bit for bit
    form = form_of(policy)                           # V1 total cost, or V2 fund only
    totals = hospital_totals(inputs, points, form)
    value = point_value(form, fund_fen, totals)
    hospitals = split_to_hospitals(value, totals)    # sums to the fund, to the fen
    amounts = split_to_cases(value, hospital, cases) # sums to the hospital's fund, to the fen
"""
