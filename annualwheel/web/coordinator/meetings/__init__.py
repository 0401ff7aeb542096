"""The year and its meetings."""
