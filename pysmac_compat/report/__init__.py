"""What a person sees of a search: its table, its summary, its progress; made of a `Result`, or of events."""
