"""All that imports torch or LibAUC: what trains, what is measured, what is kept."""
