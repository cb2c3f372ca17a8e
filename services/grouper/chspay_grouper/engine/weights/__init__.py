"""Weights 权重 and base points 基准点数 measured from cases; pure and exact.

    terms = WeightTerms.read(policy)                    # methods and figures in force, exact
    columns = take_cases(table, terms, levels)          # what is measured, and what is left out and why
    measured = measure_weights(columns, terms)          # a weight per group, TCM group and per-diem category
    sheet = weight_sheet(measured, code, terms)         # how one of them came about, line by line

``stats`` says how well a scheme groups: RIV, CV per group, rate grouped, CMI, time and cost indices.
"""
