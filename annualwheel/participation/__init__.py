"""What a person or staff do about coming to a meeting: the one way in and out."""
