"""A classifier for a table: columns of numbers, categories and dates, with gaps, in; probabilities of a class out."""
