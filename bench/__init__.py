"""`python -m bench`: what the service costs, measured against limits, on both databases."""
