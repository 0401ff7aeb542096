"""What the workshop is fed with: reading the submitted answers, and the pack."""
