"""Data sets: arrays, tables, graphs, LibAUC's, and the registry of their names."""
