"""The development mailbox: a real SMTP server on loopback that keeps every mail in a Maildir.

Never for production.
"""
