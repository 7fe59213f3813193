"""A classifier for tables with columns of numbers, categories and dates, and with gaps."""
