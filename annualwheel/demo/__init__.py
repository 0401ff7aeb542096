"""A demonstration year with invented people, through the same functions that users use."""
