"""What a search returns of its trials, by their predictions on the validation rows: needs neither torch nor LibAUC."""
