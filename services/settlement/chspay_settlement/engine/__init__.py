"""The settlement engine: statistics, points, point value, statements and postings; pure and exact.

It sees facts, policy and a day. It reads no clock, file, database or environment, and holds no float.
``groups`` measures, ``coefficient`` and ``case`` give points, ``value`` divides the fund, ``month`` and
``year`` settle, ``books`` posts; ``columnar`` does the same for millions of cases at once.

    table = measure(inputs, policy)                  # group figures of the month, exact
    pricer = Pricer(table, policy, coefficients)     # one compiled plan per group and coefficient
    points = pricer.price_all(inputs)                # pricer.price(one) answers the same, bit for bit
    form = form_of(policy)                           # how points become money
    totals = hospital_totals(inputs, points, form)
    facts = facts_of(inputs, points, form, policy)   # what the form asks for besides
    division = divide(fund_fen, totals, policy, form, facts)  # funds and residual sum to the fund
    funds = division.case_funds(hospital, ids, ...)  # sums to the hospital's fund, to the fen
"""
