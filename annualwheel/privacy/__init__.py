"""What is kept about a person, shown to them, and erased."""
