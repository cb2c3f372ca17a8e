"""What-if 测算模拟: stored cases cleared again under changed rules, and who gains and who loses.

``scenario`` says what is changed, ``facets`` by what the money is added up, ``bench`` clears a period under
a scenario without doing again what the change does not touch, ``outcome`` sets one against the base,
``sweep`` goes through a grid of values. The clearing itself is the one of ``engine.columnar``: nothing of a
rule is written here.
"""
