"""What the workshop starts from: the submitted answers to read, and the pack."""
