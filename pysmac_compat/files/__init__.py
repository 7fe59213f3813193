"""The files of a minimisation, as the original and SMAC v2 wrote them: each format with its writer and its reader.

The formats are those of files that real runs of SMAC 2.10.03 have left; docs/files.md describes them.
"""
