"""The meetings: planned, moved, cancelled, announced, and what they came to."""
