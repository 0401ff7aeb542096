"""Registrations, the waiting list, and what staff do for somebody on the phone."""
