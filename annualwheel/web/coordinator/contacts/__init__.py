"""Organisations and people, by hand and by import."""
