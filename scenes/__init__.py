"""Every page in every state it can be in, for the pictures and for the tests that look at all pages
at once.
"""
