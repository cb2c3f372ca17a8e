"""A clearing done again from what it was given: the same bytes, or the first place that differs.

``cases`` holds the cases of a bundle as rows of Arrow, ``given`` what a clearing was given besides them,
``month`` and ``year`` do a clearing again, ``results`` holds what came out and compares it, ``pieces`` says
which part of a damaged file was changed. Pure: whoever reads and writes files hands in buffers and batches.
"""
