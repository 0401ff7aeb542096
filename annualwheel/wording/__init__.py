"""Names, dates and order in both languages."""
