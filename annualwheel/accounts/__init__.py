"""The accounts of the staff, and how they sign in."""
