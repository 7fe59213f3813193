"""`SMACSearchCV` beside the other searches that users of scikit-learn have."""
