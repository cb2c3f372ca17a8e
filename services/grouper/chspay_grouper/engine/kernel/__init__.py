"""The batch kernel: the rule trees of a scheme as machine code over columns of code numbers.

``program`` compiles trees to jump code, ``tables`` turns codes into classes, ``loops`` holds the loops that
numba compiles, ``machine`` keeps and calls their machine code without numba, and ``batch`` groups record
batches with it.
"""

from pathlib import Path

#: The folder of everything the machine code is made from.
SOURCES = Path(__file__).parent
