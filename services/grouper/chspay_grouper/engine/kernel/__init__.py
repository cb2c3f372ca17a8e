"""The batch kernel: the rule trees of a scheme as machine code over columns of code numbers.

``program`` compiles trees to jump code, ``tables`` turns codes into classes, ``run`` holds the compiled
loops (the only module that imports numba) and ``batch`` groups record batches with them.
"""
