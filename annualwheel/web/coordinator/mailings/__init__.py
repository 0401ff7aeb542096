"""Sending to many, and the log of mails."""
