"""Who comes, who waits, and what staff do for somebody on the phone."""
