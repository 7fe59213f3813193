"""The data sets (arrays, tables, graphs and LibAUC's), and the registry of their names."""
