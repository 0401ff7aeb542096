"""Sending to many: the draft, the sending, to whom, and what did not arrive."""
