"""The modules that use torch or LibAUC: trainers, models, metrics and checkpoints."""
