"""The files of a minimisation in the formats of the original pysmac and SMAC v2: each format has a writer and a reader.

The formats follow files that real runs of SMAC 2.10.03 have written; docs/files.md describes them.
"""
