"""A clearing over columns: the same answers as case by case, for ten million cases in seconds.

``columns`` holds the cases, ``measuring`` the group figures, ``pricing`` the points, ``handout`` the money
of hospitals and cases, ``clearing`` all of them together. ``wide`` and ``kernels`` hold the compiled loops
over 64-bit and 128-bit whole numbers (the only modules that import numba); what does not fit them, and
every case with a mark, goes through the single-case function. Nothing here reads a file or starts a
thread: whoever has threads hands in their ``map``.
"""
