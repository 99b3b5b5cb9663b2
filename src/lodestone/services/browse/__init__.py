"""Plain lists and a person's feedback, read back without a decision."""
