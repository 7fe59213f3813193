"""Choose the trials that a search returns, by their predictions on the validation rows, without torch and LibAUC."""
